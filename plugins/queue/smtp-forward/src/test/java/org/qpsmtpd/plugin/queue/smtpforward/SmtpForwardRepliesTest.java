package org.qpsmtpd.plugin.queue.smtpforward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.MESSAGE;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertDeferred;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertPutOff;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertQueued;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.assertRefused;
import static org.qpsmtpd.plugin.queue.smtpforward.Forwarding.message;
import static org.qpsmtpd.testkit.ScriptedHop.DROP;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.ScriptedHop;

/** What the client reads for each answer of the next hop. */
final class SmtpForwardRepliesTest {
    @RegisterExtension final Forwarding forwarding = new Forwarding();

    @Test
    void defersWhenNobodyListens() throws Exception {
        int port;
        try (ServerSocket closedSoon = new ServerSocket(0)) {
            port = closedSoon.getLocalPort();
        }

        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("host", "127.0.0.1", "port", port));

        assertDeferred(plugin.onQueue(message()), "cannot connect to the next hop", "4.4.1");
    }

    @Test
    void defersWhenTheHostIsNotKnown() throws Exception {
        SmtpForwardPlugin plugin = forwarding.plugin(Map.of("host", "no..such.host"));

        assertDeferred(
                plugin.onQueue(message()), "the address of the next hop is not known", "4.4.3");
    }

    @Test
    void defersWhenTheGreetingRefuses() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("greeting", "554 5.3.2 no service here" + DROP);

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the next hop refuses the session: 554 no service here");
    }

    @Test
    void defersWhenEhloIsDeferred() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("EHLO", "450 later");

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the next hop refuses the session: 450 later");
    }

    @Test
    void defersWhenHeloIsRefusedToo() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("EHLO", "550 no").answering("HELO", "550 go away");

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the next hop refuses the session: 550 go away");
    }

    @Test
    void refusesWhenTheSenderIsRefused() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("MAIL", "550 5.1.8 no such domain")
                        .answering("RCPT", "503 5.5.1 MAIL first");

        assertRefused(
                forwarding.plugin(hop).onQueue(message()),
                0,
                "<a@example.org> refused by the next hop: 550 no such domain (#5.1.8)");
        assertThat(hop.commands()).endsWith("RSET");
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void sendsNothingToOneWhoWantsAMessageWithoutRecipients() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("RCPT", "550 5.1.1 no such user")
                        .answering("DATA", "354 go on")
                        .answering(".", "554 5.5.1 for whom?");

        assertRefused(
                forwarding.plugin(hop).onQueue(message()),
                0,
                "<c@example.com> refused by the next hop: 550 no such user (#5.1.1)");
        assertThat(hop.commands()).endsWith("DATA", "RSET");
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void defersWhenTheSenderIsDeferred() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("MAIL", "451 4.3.0 try later");

        assertPutOff(
                forwarding.plugin(hop).onQueue(message()),
                "<a@example.org> refused by the next hop: 451 try later (#4.3.0)");
        assertThat(hop.commands()).noneMatch(line -> line.startsWith("RCPT"));
    }

    @Test
    void refusesWhenTheRecipientIsRefused() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "550 No such user");

        HookResult result = forwarding.plugin(hop).onQueue(message());

        assertRefused(
                result, 0, "<c@example.com> refused by the next hop: 550 No such user (#5.0.0)");
        assertThat(result.reason())
                .isEqualTo(
                        "fail: 127.0.0.1:"
                                + hop.port()
                                + ": <c@example.com> refused by the next hop: 550 No such user");
    }

    @Test
    void defersWhenTheRecipientIsDeferred() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "450 4.2.0 greylisted");

        assertPutOff(
                forwarding.plugin(hop).onQueue(message()),
                "<c@example.com> refused by the next hop: 450 greylisted (#4.2.0)");
    }

    /** Words such as 250, 552 or 452 for each recipient, and for all others. */
    private static String told(FakeTransaction message, HookResult others) {
        return message.settledRecipients().stream()
                        .map(one -> one.address().user() + " " + one.verdict().orElseThrow())
                        .collect(Collectors.joining(", "))
                + " others "
                + others.action();
    }

    @Test
    void sendsToThoseWhomTheNextHopTakesWhenTheClientReadsAReplyForEach() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("RCPT", "250 ok", "550 5.1.1 no such user", "452 4.2.2 full");
        FakeTransaction message =
                message()
                        .withRecipient("d@example.com")
                        .withRecipient("e@example.com")
                        .withParameter("PRDR", "");

        HookResult result = forwarding.plugin(hop).onQueue(message);

        assertQueued(result);
        assertThat(hop.messages()).containsExactly(MESSAGE);
        assertThat(message.recipients()).hasSize(1);
        assertThat(told(message, result))
                .contains("d DENY", "550 no such user (#5.1.1)", "e DENYSOFT", "452 full (#4.2.2)");
    }

    @Test
    void tellsEachWhyAllAreRefused() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "550 no", "450 not now");
        FakeTransaction message =
                message().withRecipient("d@example.com").withParameter("PRDR", "");

        HookResult result = forwarding.plugin(hop).onQueue(message);

        assertThat(message.recipients()).isEmpty();
        assertThat(told(message, result)).contains("c DENY", "d DENYSOFT");
        assertThat(hop.commands()).contains("RSET").doesNotContain("DATA");
    }

    /** Nothing is certain while the connection may break. */
    @Test
    void tellsNobodyOfRefusalsWhenTheNextHopGoesAway() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("RCPT", "250 ok", "550 no").answering(".", DROP);
        FakeTransaction message =
                message().withRecipient("d@example.com").withParameter("PRDR", "");

        assertThat(forwarding.plugin(hop).onQueue(message).code()).isEqualTo(451);
        assertThat(message.settledRecipients()).isEmpty();
    }

    @Test
    void sendsToNobodyWhenOneRecipientIsRefused() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "250 ok", "550 5.1.1 no such user");
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        HookResult result = plugin.onQueue(message().withRecipient("d@example.com"));

        assertRefused(
                result,
                0,
                "<d@example.com> refused by the next hop: 550 no such user;"
                        + " the message was sent to nobody (#5.1.1)");
        assertThat(hop.commands()).endsWith("RSET").doesNotContain("DATA");
        assertThat(plugin.onQueue(message()).action()).isEqualTo(Action.OK);
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void defersWhenOneOfSeveralRefusalsIsTemporary() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop("PIPELINING")
                        .answering("RCPT", "550 5.1.1 no", "452 4.5.3 too many", "250 ok");

        HookResult result =
                forwarding
                        .plugin(hop)
                        .onQueue(
                                message()
                                        .withRecipient("d@example.com")
                                        .withRecipient("e@example.com"));

        assertPutOff(
                result,
                "<d@example.com> refused by the next hop: 452 too many, and 1 more;"
                        + " the message was sent to nobody (#4.5.3)");
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void refusesWhenDataIsRefused() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("DATA", "554 5.5.1 no valid recipients");

        assertRefused(
                forwarding.plugin(hop).onQueue(message()),
                0,
                "message refused by the next hop: 554 no valid recipients (#5.5.1)");
        assertThat(hop.commands()).endsWith("RSET");
    }

    @Test
    void defersWhenDataIsDeferred() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("DATA", "452 4.3.1 disk full");

        assertPutOff(
                forwarding.plugin(hop).onQueue(message()),
                "message refused by the next hop: 452 disk full (#4.3.1)");
    }

    @Test
    void refusesWhenTheMessageIsRefused() throws Exception {
        ScriptedHop hop =
                forwarding
                        .hop()
                        .answering(".", "554-5.7.1 spam:\r\n554 5.7.1 see http://hop.example/");

        assertRefused(
                forwarding.plugin(hop).onQueue(message()),
                0,
                "message refused by the next hop: 554 spam: see http://hop.example/ (#5.7.1)");
    }

    @Test
    void defersWhenTheMessageIsDeferred() throws Exception {
        ScriptedHop hop = forwarding.hop().answering(".", "451 4.3.0 queue file write error");

        assertPutOff(
                forwarding.plugin(hop).onQueue(message()),
                "message refused by the next hop: 451 queue file write error (#4.3.0)");
    }

    @Test
    void defersWhenTheNextHopWantsTlsOrAuth() throws Exception {
        ScriptedHop hop =
                forwarding.hop().answering("MAIL", "530 5.7.0 Must issue a STARTTLS command first");

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "unexpected answer of the next hop: 530 Must issue a STARTTLS command first");
    }

    @Test
    void defersWhenDataIsAnsweredOutOfPlace() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("DATA", "250 ok");

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "unexpected answer of the next hop: 250 ok");
        assertThat(hop.messages()).isEmpty();
    }

    @Test
    void defersWhenTheNextHopCloses() throws Exception {
        ScriptedHop hop =
                forwarding.hop("PIPELINING").answering("MAIL", "421 4.3.2 going down" + DROP);

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the next hop closes the connection: 421 going down",
                "4.4.2");
    }

    @Test
    void defersAndSendsOnceWhenTheAnswerToTheMessageIsLost() throws Exception {
        ScriptedHop hop = forwarding.hop().answering(".", "250 ok", DROP);
        SmtpForwardPlugin plugin = forwarding.plugin(hop);
        plugin.onQueue(message());

        assertDeferred(
                plugin.onQueue(message()), "the connection to the next hop was lost", "4.4.2");
        assertThat(hop.messages()).hasSize(2);
        assertThat(hop.connections()).isEqualTo(1);
    }

    @Test
    void defersWhenTheMessageCannotBeReadToItsEnd() throws Exception {
        ScriptedHop hop = forwarding.hop();
        SmtpForwardPlugin plugin = forwarding.plugin(hop);

        for (int readable = 0; readable < 2; readable++) {
            HookResult result = plugin.onQueue(readable(readable));

            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.code()).isEqualTo(451);
            assertThat(result.text())
                    .isEqualTo("Unable to queue message (the message cannot be read) (#4.3.0)");
        }
        assertQueued(plugin.onQueue(message()));
        assertThat(hop.messages()).containsExactly(MESSAGE);
    }

    @Test
    void cutsLongTexts() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "550 " + "x".repeat(1000));

        String text = forwarding.plugin(hop).onQueue(message()).text();

        assertThat(text).hasSizeLessThan(350).contains("xxx...");
    }

    @Test
    void replacesWhatIsNotPrintable() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "550 a\u001b[2J\u00e4\tb");

        assertThat(forwarding.plugin(hop).onQueue(message()).text()).contains("550 a?[2J? b");
    }

    @Test
    void doesNotTakeACodeOfAnotherClass() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("RCPT", "550 4.2.0 greylisted");

        assertThat(forwarding.plugin(hop).onQueue(message()).text())
                .endsWith("550 4.2.0 greylisted (#5.0.0)");
    }

    @Test
    void defersOnNonsense() throws Exception {
        for (String nonsense :
                List.of("hello", "25", "2500 x", "199 x", "600 x", "250-a\r\n251 b")) {
            ScriptedHop hop = forwarding.hop().answering("MAIL", nonsense);

            assertDeferred(
                    forwarding.plugin(hop).onQueue(message()),
                    "the reply of the next hop is malformed");
        }
    }

    @Test
    void defersOnALineWithoutEnd() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("MAIL", "250 " + "x".repeat(3000));

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the reply of the next hop has a line too long");
    }

    @Test
    void defersOnAReplyWithoutEnd() throws Exception {
        ScriptedHop hop = forwarding.hop().answering("EHLO", "250-x\r\n".repeat(300) + "250 x");

        assertDeferred(
                forwarding.plugin(hop).onQueue(message()),
                "the reply of the next hop has too many lines");
    }

    /** A message that can be read so many times, and then not to its end. */
    private static Transaction readable(int times) {
        FakeTransaction message = message();
        AtomicInteger left = new AtomicInteger(times);
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    boolean breaks =
                            method.getName().equals("writeMessageTo")
                                    && left.getAndDecrement() <= 0;
                    if (breaks) {
                        ((OutputStream) arguments[0]).write("Subject: te".getBytes(US_ASCII));
                        throw new IOException("disk error");
                    }
                    return method.invoke(message, arguments);
                };
        return (Transaction)
                Proxy.newProxyInstance(
                        Transaction.class.getClassLoader(),
                        new Class<?>[] {Transaction.class},
                        handler);
    }
}
