package org.qpsmtpd.plugin.rcptalias;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class RcptAliasPluginTest {
    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction = FakeTransaction.on(connection);

    private static RcptAliasPlugin plugin(Map<String, ?> options) {
        return new RcptAliasPlugin(Configs.config(RcptAliasConfig.class, options));
    }

    private static RcptAliasPlugin plugin() {
        return plugin(Map.of());
    }

    private void aliases(String... lines) {
        connection.config().set("aliases", lines).set("rcpthosts", "example.com");
    }

    /** Gives the recipients and DATA, as an engine would whose other plugins accept. */
    private String deliver(RcptAliasPlugin plugin, String... recipients) {
        for (String recipient : recipients) {
            FakeRecipient given = FakeRecipient.of(recipient);
            plugin.onRcpt(transaction, given);
            transaction.withRecipient(given);
        }
        plugin.onData(transaction);
        List<String> all =
                transaction.recipients().stream().map(one -> one.address().address()).toList();
        return String.join(" ", all);
    }

    @Test
    void saysWhichAddressTheClientGave() {
        aliases("info@example.com: a@example.org, b@example.org");
        deliver(plugin(), "info@example.com", "user@example.com");

        assertThat(transaction.recipients())
                .extracting(one -> one.notes().get(NoteKey.INSTEAD_OF).orElse(""))
                .containsExactly("", "info@example.com", "info@example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "info@example.com, a@example.org b@example.org",
        "INFO@Example.com, a@example.org b@example.org",
        "info+x@example.com, a@example.org b@example.org",
        "user@old.example, user@example.com",
        "any@catch.example, one@example.org",
        "sales@example.com, anna@example.com",
        "sales@gmail.example, sales@gmail.example",
        "nested@example.com, a@example.org b@example.org c@example.org",
        "self@example.com, self@example.com copy@example.org",
        "loop1@example.com, loop1@example.com",
        "plain@example.com, plain@example.com"
    })
    void deliversToWhomAnAliasStandsFor(String recipient, String delivered) {
        aliases(
                "info@example.com: a@example.org, b@example.org",
                "@old.example: @example.com",
                "@catch.example: one@example.org",
                "sales: anna",
                "nested@example.com: info@example.com, c@example.org",
                "self@example.com: self@example.com, copy@example.org",
                "loop1@example.com: loop2@example.com",
                "loop2@example.com: loop1@example.com",
                "broken");

        assertThat(deliver(plugin(), recipient)).isEqualTo(delivered);
    }

    @Test
    void othersStayAndNobodyIsThereTwice() {
        aliases("info@example.com: a@example.com, b@example.com");

        assertThat(deliver(plugin(), "a@example.com", "info@example.com"))
                .isEqualTo("a@example.com b@example.com");
    }

    @Test
    void marksAnAliasAndDoesNotAcceptIt() {
        aliases("info@example.com: a@example.org");
        FakeRecipient recipient = FakeRecipient.of("info@example.com");

        assertThat(plugin().onRcpt(transaction, recipient))
                .isEqualTo(HookResult.pass("alias for a@example.org"));
        assertThat(recipient.notes().get(NoteKey.ALIAS)).contains("a@example.org");
        assertThat(plugin().onRcpt(transaction, FakeRecipient.of("b@example.com")))
                .isEqualTo(HookResult.DECLINED);
    }

    @Test
    void aHiddenDataHookIsMadeUpForBeforeTheQueue() {
        aliases("info@example.com: a@example.org");
        FakeRecipient recipient = FakeRecipient.of("info@example.com");
        plugin().onRcpt(transaction, recipient);
        transaction.withRecipient(recipient);

        plugin().onQueuePre(transaction);

        assertThat(transaction.recipients().get(0).address().address()).isEqualTo("a@example.org");
    }

    @Test
    void passesOnWhatReportsNeed() {
        aliases("info@example.com: a@example.org");
        FakeRecipient given =
                FakeRecipient.of("info@example.com").withParameter("NOTIFY", "FAILURE");
        plugin().onRcpt(transaction, given);
        transaction.withRecipient(given);
        plugin().onData(transaction);

        assertThat(transaction.recipients().get(0).parameters().values())
                .isEqualTo(Map.of("notify", "FAILURE", "orcpt", "rfc822;info@example.com"));
    }

    @Test
    void defersAnAliasForTooMany() {
        String all =
                String.join(
                        ", ",
                        IntStream.range(0, 5).mapToObj(i -> "u" + i + "@example.org").toList());
        aliases("info@example.com: " + all);
        HookResult refusal =
                HookResult.denySoft("Mailing list expansion problem. (#4.2.4)")
                        .because("error: the alias stands for too many");

        assertThat(
                        plugin(Map.of("most", 4))
                                .onRcpt(transaction, FakeRecipient.of("info@example.com")))
                .isEqualTo(refusal);
    }

    @Test
    void defersAChainThatIsTooLong() {
        aliases(
                IntStream.range(0, 12)
                        .mapToObj(i -> "u" + i + "@example.com: u" + (i + 1) + "@example.com")
                        .toArray(String[]::new));

        assertThat(plugin().onRcpt(transaction, FakeRecipient.of("u0@example.com")).text())
                .isEqualTo("Mailing list expansion problem. (#4.2.4)");
        assertThat(deliver(plugin(), "u5@example.com")).isEqualTo("u12@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", ": a@b.c", "a@b.c:", "a b: c@d.e", "a: b@-", "a: <b@c.d>"})
    void refusesLinesThatMakeNoSense(String line) {
        assertThatThrownBy(() -> plugin().checkLine("aliases", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theClientSeesOneReply() throws Exception {
        Mailbox mailbox = new Mailbox();
        try (TestServer server =
                        TestServer.builder()
                                .config("aliases", "info@example.com: a@example.org, b@example.org")
                                .plugin("rcpt_alias", plugin())
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.open("c@example.net", "info@example.com").code()).isEqualTo(250);
            assertThat(client.data("Subject: x\n\nx\n").code()).isEqualTo(250);
            assertThat(mailbox.message().recipients())
                    .containsExactly("<a@example.org>", "<b@example.org>");
        }
    }
}
