package org.qpsmtpd.plugin.queue.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.transaction;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** The file smtproutes. */
final class SmtpRoutesTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    private static String line(String domain, ScriptedHop hop) {
        return domain + ":127.0.0.1:" + hop.port();
    }

    private static FakeTransaction to(String recipient, String... lines) {
        FakeTransaction transaction =
                transaction().withSender("a@example.org").withRecipient(recipient);
        transaction.connection().config().set("smtproutes", lines);
        return transaction;
    }

    @Test
    void sendsEachDomainToItsNextHop() throws Exception {
        ScriptedHop usual = forwarding.hop();
        ScriptedHop one = forwarding.hop();
        ScriptedHop below = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(usual, "smtproutes", "true");
        String[] lines = {line("One.Test", one), line(".two.test", below)};

        assertQueued(plugin.onQueue(to("b@one.test", lines)));
        assertQueued(plugin.onQueue(to("b@deep.down.two.test", lines)));
        assertQueued(plugin.onQueue(to("b@two.test", lines)));
        assertQueued(plugin.onQueue(to("b@x.one.test", lines)));

        assertThat(one.commands()).contains("RCPT TO:<b@one.test>");
        assertThat(below.commands()).contains("RCPT TO:<b@deep.down.two.test>");
        assertThat(usual.commands()).contains("RCPT TO:<b@two.test>", "RCPT TO:<b@x.one.test>");
        assertThat(one.messages()).hasSize(1);
        assertThat(usual.messages()).hasSize(2);
    }

    @Test
    void hasALineForAllOthers() throws Exception {
        ScriptedHop others = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("smtproutes", "true"));

        assertQueued(plugin.onQueue(to("b@x.test", line("", others))));
        assertThat(others.messages()).hasSize(1);
    }

    @Test
    void putsOffWhatHasNoRoute() {
        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("smtproutes", "true"));

        for (String line : new String[] {"other.test:192.0.2.1", "x.test:"}) {
            HookResult result = plugin.onQueue(to("b@x.test", line));

            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.text())
                    .isEqualTo("Unable to queue message (no route to the recipient) (#4.4.4)");
        }
    }

    @Test
    void followsTheFile() throws Exception {
        ScriptedHop first = forwarding.hop();
        ScriptedHop second = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("smtproutes", "true"));

        assertQueued(plugin.onQueue(to("b@x.test", line("x.test", first))));
        assertQueued(plugin.onQueue(to("b@x.test", line("x.test", second))));

        assertThat(second.messages()).hasSize(1);
    }

    @Test
    void readsNoFileUnlessToldSo() throws Exception {
        ScriptedHop usual = forwarding.hop();

        assertQueued(forwarding.plugin(usual).onQueue(to("b@x.test", "x.test:")));
        assertThat(usual.messages()).hasSize(1);
    }

    @Test
    void hasTheClientBringRecipientsOfAnotherRouteByThemselves() throws Exception {
        ScriptedHop usual = forwarding.hop();
        ScriptedHop one = forwarding.hop();
        RcptHook all = (transaction, recipient) -> HookResult.OK;
        try (TestServer server =
                        TestServer.builder()
                                .config("smtproutes", line("one.test", one))
                                .plugin("rcpt", all)
                                .plugin(
                                        "queue/smtp-forward",
                                        forwarding.plugin(usual, "smtproutes", "true"))
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.open("a@b.test", "x@one.test").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<y@two.test>").toString())
                    .isEqualTo("452 4.5.3 This recipient needs a message of its own");
            assertThat(client.send("RCPT TO:<z@one.test>").code()).isEqualTo(250);
            assertThat(client.data("Subject: x\n\ny\n").code()).isEqualTo(250);
        }
        assertThat(one.commands()).contains("RCPT TO:<x@one.test>", "RCPT TO:<z@one.test>");
        assertThat(usual.connections()).isZero();
    }

    @Test
    void settlesEachWhenOneMessageGoesSeveralWays() throws Exception {
        ScriptedHop usual = forwarding.hop().answering("RCPT", "550 5.1.1 unknown");
        ScriptedHop one = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(usual, "smtproutes", "true");
        FakeTransaction message = to("b@one.test", line("one.test", one)).withRecipient("c@x.test");

        plugin.onQueue(message);

        assertThat(message.settledRecipients())
                .extracting(each -> each.verdict().orElseThrow().action())
                .containsExactly(Action.OK, Action.DENY);
        assertThat(one.messages()).hasSize(1);
    }

    @Test
    void promisesWhatAllRoutesOffer() throws Exception {
        ScriptedHop usual = forwarding.hop("DSN");
        ScriptedHop one = forwarding.hop("DSN");
        SmtpForwardPlugin plugin = forwarding.plugin(usual, "smtproutes", "true");
        String line = line("one.test", one);

        plugin.onQueue(to("b@x.test", line));
        assertThat(plugin.honours()).isEmpty();
        plugin.onQueue(to("b@one.test", line));

        assertThat(plugin.honours()).containsExactly(QueueExtension.DSN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x.test", "x.test:h:0", "x.test:h:65536", "x.test:h h", "x.test:", "a b:h"})
    void tellsWhichLinesAreWrong(String line) {
        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("smtproutes", "true"));

        assertThatThrownBy(() -> plugin.checkLine("smtproutes", line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.test:h", ":h:26", ".x.test:[2001:db8::1]:25", "x.test:[192.0.2.1]"})
    void takesLinesThatAreRight(String line) {
        forwarding.plugin(Map.of("smtproutes", "true")).checkLine("smtproutes", line);
    }
}
