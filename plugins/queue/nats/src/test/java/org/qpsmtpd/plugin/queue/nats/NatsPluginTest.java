package org.qpsmtpd.plugin.queue.nats;

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
final class NatsPluginTest {
    private static final Map<String, Object> GOOD =
            Map.of("servers", "127.0.0.1:1", "subject", "mail.in");

    private static final Set<String> SHARED = Set.of("per", "tls", "user", "password_file");

    private static Map<String, Object> options(Map<String, Object> all, boolean isShared) {
        Map<String, Object> some = new HashMap<>(all);
        some.keySet().removeIf(name -> SHARED.contains(name) != isShared);
        return some;
    }

    private static NatsPlugin plugin(Map<String, Object> options) {
        return new NatsPlugin(
                Configs.config(NatsConfig.class, options(options, false)),
                Configs.config(BrokerOptions.class, options(options, true)));
    }

    private static HookResult answer(NatsPlugin plugin, String message) throws Exception {
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
        "servers,  '',       servers is missing",
        "subject,  '',       subject is missing",
        "subject,  mail.>,   subject 'mail.>' is not words",
        "subject,  a..b,     subject 'a..b' is not words",
        "subject,  .a,       subject '.a' is not words",
        "subject,  $JS.x,    subject '$JS.x' is not words",
        "subject,  mail.%x,  subject 'mail.%x' has a %"
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
        NatsPlugin plugin = plugin(GOOD);
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
        NatsPlugin plugin = plugin(options);
        assertThat(plugin.takesBinary()).isTrue();
        assertThat(answer(plugin, "Subject: x\n\nHello\n").action()).isEqualTo(Action.DENY);
        plugin.close();
    }
}
