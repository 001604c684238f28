package org.qpsmtpd.plugin.queue.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.brokers.BrokerOptions;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

@Timeout(120)
final class AmqpPluginTest {
    private static final Map<String, Object> GOOD =
            Map.of("servers", "127.0.0.1:1", "routing_key", "mail");

    private static final Set<String> SHARED = Set.of("per", "tls", "user", "password_file");

    private static Map<String, Object> options(Map<String, Object> all, boolean isShared) {
        Map<String, Object> some = new HashMap<>(all);
        some.keySet().removeIf(name -> SHARED.contains(name) != isShared);
        return some;
    }

    private static AmqpPlugin plugin(Map<String, Object> options) {
        return new AmqpPlugin(
                Configs.config(AmqpConfig.class, options(options, false)),
                Configs.config(BrokerOptions.class, options(options, true)));
    }

    private static HookResult answer(AmqpPlugin plugin, String message) throws Exception {
        FakeTransaction transaction =
                FakeTransaction.create()
                        .withSender("joe@example.org")
                        .withRecipient("amy@example.com")
                        .withMessage(message);
        HookResult result = plugin.onQueue(transaction);
        return result.pending().isEmpty()
                ? result
                : result.pending().get().answer().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "servers,     '',    servers is missing",
        "routing_key, '',    routing_key is missing",
        "routing_key, %x,    routing_key '%x' has a %",
        "per,         both,  per 'both' is not one of message"
    })
    void saysWhatIsWrong(String option, String value, String said) {
        Map<String, Object> options = new HashMap<>(GOOD);
        options.put(option, value);
        assertThatThrownBy(() -> plugin(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void defersMailWhileNobodyListens() throws Exception {
        AmqpPlugin plugin = plugin(GOOD);
        HookResult answer = answer(plugin, "Subject: x\n\nHello\n");
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.code()).isEqualTo(451);
        assertThat(answer.reason()).startsWith("error: [127.0.0.1:1]: ");
        plugin.close();
    }

    @Test
    void takesAnyOctetsUpToItsLimit() throws Exception {
        Map<String, Object> options = new HashMap<>(GOOD);
        options.put("max_octets", 10);
        AmqpPlugin plugin = plugin(options);
        assertThat(plugin.takesBinary()).isTrue();
        assertThat(answer(plugin, "Subject: x\n\nHello\n").action()).isEqualTo(Action.DENY);
        plugin.close();
    }
}
