package org.qpsmtpd.plugin.queue.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.brokers.BrokerOptions;
import org.qpsmtpd.brokers.BrokerSettings;
import org.qpsmtpd.brokers.KeyPattern;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;

@Timeout(120)
final class KafkaPluginTest {
    private static final Set<String> SHARED = Set.of("per", "tls", "user", "password_file");

    private static Map<String, Object> options(Map<String, Object> all, boolean isShared) {
        Map<String, Object> some = new HashMap<>(all);
        some.keySet().removeIf(name -> SHARED.contains(name) != isShared);
        return some;
    }

    private static KafkaPlugin plugin(Map<String, Object> options) {
        return new KafkaPlugin(
                Configs.config(KafkaConfig.class, options(options, false)),
                Configs.config(BrokerOptions.class, options(options, true)));
    }

    private static Map<String, Object> producer(Map<String, Object> options) {
        KafkaConfig config = Configs.config(KafkaConfig.class, options(options, false));
        BrokerSettings settings =
                BrokerSettings.of(
                        BrokerSettings.servers("one.example.org,[::1]:99", 9092),
                        KeyPattern.of("key", config.key()),
                        config.max__octets(),
                        Configs.config(BrokerOptions.class, options(options, true)));
        return ProducerSettings.of(config, settings).values();
    }

    @Test
    void asksForAllThatMakesARecordDurable() {
        assertThat(producer(Map.of()))
                .containsEntry("bootstrap.servers", "one.example.org:9092,[::1]:99")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("delivery.timeout.ms", 30_000)
                .containsEntry("compression.type", "none")
                .containsEntry("security.protocol", "PLAINTEXT")
                .containsEntry("max.request.size", 1024 * 1024 + 128 * 1024)
                .doesNotContainKey("sasl.jaas.config");
    }

    @Test
    void logsInWithQuotesInThePassword(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "a\"b\\c\n");
        Map<String, Object> values =
                producer(Map.of("user", "mx", "password_file", secret.toString(), "tls", "verify"));
        assertThat(values)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                + " username=\"mx\" password=\"a\\\"b\\\\c\";");
        assertThat(new ProducerSettings(values)).asString().doesNotContain("a\\\"b");
    }

    @ParameterizedTest
    @CsvSource({
        "servers,      '',     servers is missing",
        "topic,        '',     topic is missing",
        "topic,        a b,    topic 'a b' is not 1 to 249",
        "topic,        ..,     topic '..' is not 1 to 249",
        "key,          %x,     key '%x' has a %",
        "sasl,         gssapi, sasl 'gssapi' is not one of plain",
        "compression,  zstd,   compression 'zstd' is not one of none"
    })
    void saysWhatIsWrong(String option, String value, String said) {
        Map<String, Object> options = new HashMap<>(Map.of("servers", "127.0.0.1:1", "topic", "t"));
        options.put(option, value);
        assertThatThrownBy(() -> plugin(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void defersMailWhileNoBrokerAnswers() throws Exception {
        KafkaPlugin plugin = plugin(Map.of("servers", "127.0.0.1:1", "topic", "t"));
        FakeTransaction transaction =
                FakeTransaction.create()
                        .withSender("joe@example.org")
                        .withRecipient("amy@example.com")
                        .withMessage("Subject: x\n\nHello\n");
        HookResult answer =
                plugin.onQueue(transaction)
                        .pending()
                        .orElseThrow()
                        .answer()
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.code()).isEqualTo(451);
        assertThat(answer.reason()).contains("no broker answers, or there is no topic t");
        plugin.close();
    }
}
