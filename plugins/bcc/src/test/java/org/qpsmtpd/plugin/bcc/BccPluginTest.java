package org.qpsmtpd.plugin.bcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class BccPluginTest {
    private final FakeTransaction transaction =
            FakeTransaction.create()
                    .withSender("boss@example.org")
                    .withRecipient("user@example.com")
                    .withMessage("Subject: x\n\nx\n");

    private static BccPlugin plugin(Map<String, ?> options) {
        return new BccPlugin(Configs.config(BccConfig.class, options));
    }

    private String copies(Map<String, ?> options) {
        BccPlugin plugin = plugin(options);
        plugin.onDataPost(transaction);
        plugin.onQueuePre(transaction);
        return transaction.recipients().stream()
                .skip(1)
                .map(one -> one.address().address())
                .collect(Collectors.joining(" "));
    }

    @Test
    void makesNoCopyUnlessAsked() {
        assertThat(copies(Map.of())).isEmpty();
        assertThat(plugin(Map.of()).onQueuePre(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void copiesAllToAUserOfThisServer() {
        transaction.connection().config().set("me", "mx.example.com");

        assertThat(copies(Map.of("all", new String[] {"maillog"})))
                .isEqualTo("maillog@mx.example.com");
        assertThat(transaction.message()).isEqualTo("Subject: x\n\nx\n");
        assertThat(transaction.recipients().get(1).parameters().get("notify")).contains("NEVER");
    }

    @Test
    void modeCcSaysSo() {
        copies(Map.of("mode", "cc", "all", new String[] {"log@example.net"}));

        assertThat(transaction.message()).contains("X-Copied-To: log@example.net\n");
    }

    @ParameterizedTest
    @CsvSource({"false, in@example.net", "true, out@example.net"})
    void knowsDirections(boolean relays, String copy) {
        transaction.connection().setRelayClient(relays);

        assertThat(
                        copies(
                                Map.of(
                                        "incoming", new String[] {"in@example.net"},
                                        "outgoing", new String[] {"out@example.net"})))
                .isEqualTo(copy);
    }

    @ParameterizedTest
    @CsvSource({
        "from boss@example.org: a@b.example, a@b.example",
        "FROM @example.org: a@b.example, a@b.example",
        "from @example.com: a@b.example, ''",
        "to User@Example.com: a@b.example, a@b.example",
        "to @example.com: a@b.example, a@b.example",
        "to @example.org: a@b.example, ''",
        "to @example.com: user@example.com, ''"
    })
    void copiesByTheFile(String line, String copy) {
        transaction.connection().config().set("bcc", line, "broken");

        assertThat(copies(Map.of())).isEqualTo(copy);
    }

    @Test
    void makesEachCopyOnce() {
        transaction.connection().config().set("bcc", "from @example.org: a@b.example, A@B.example");
        BccPlugin plugin = plugin(Map.of("all", new String[] {"a@b.example"}));

        plugin.onQueuePre(transaction);
        plugin.onQueuePre(transaction);

        assertThat(transaction.recipients()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"broken", "a@b.c: d@e.f", "from x: a@b.c", "to @b.c:", "to @b.c: x y@z.w"})
    void refusesLinesThatMakeNoSense(String line) {
        assertThatThrownBy(() -> plugin(Map.of()).checkLine("bcc", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesOptionsThatMakeNoSense() {
        assertThatThrownBy(() -> plugin(Map.of("mode", "tcc")))
                .hasMessage("mode 'tcc' is not one of bcc, cc");
        assertThatThrownBy(() -> plugin(Map.of("all", new String[] {"@example.com"})))
                .hasMessage("'@example.com' is not USER@HOST or USER");
    }

    @Test
    void theQueueGetsTheCopies() throws Exception {
        Mailbox mailbox = new Mailbox();
        try (TestServer server =
                        TestServer.builder()
                                .plugin(
                                        "bcc",
                                        plugin(Map.of("all", new String[] {"log@b.example"})))
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@example.org", "user@example.com");
            assertThat(client.data("Subject: x\n\nx\n").code()).isEqualTo(250);
            assertThat(mailbox.message().recipients())
                    .containsExactly("<user@example.com>", "<log@b.example>");
        }
    }
}
