package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** What the client reads for each outcome of each hook. */
class HookOutcomeTest {
    private final Mailbox mailbox = new Mailbox();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.builder().plugin("mailbox", mailbox).start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** Speaks up to the command whose hook is tested, and returns the reply to it. */
    private static SmtpReply speak(SmtpClient client, HookPoint point) throws Exception {
        switch (point) {
            case PRE_CONNECTION, CONNECT -> {
                return client.read();
            }
            case HELO -> {
                client.read();
                return client.send("HELO client.test");
            }
            case EHLO -> {
                client.read();
                return client.send("EHLO client.test");
            }
            case MAIL -> {
                client.read();
                return client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
            }
            case RCPT, RCPT_POST -> {
                return client.open("a@b.c", "user@example.com");
            }
            default -> {
                client.open("a@b.c", "user@example.com");
                return client.data("Subject: s\n\nbody\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    PRE_CONNECTION   | DENY                | 550 | Sorry, service not available to you   | true
                    PRE_CONNECTION   | DENYSOFT            | 451 | Sorry, try again later               | true
                    PRE_CONNECTION   | OK                  | 220 | ESMTP                                | false
                    CONNECT          | DENY                | 550 | denied, bye bye                      | true
                    CONNECT          | DENYSOFT            | 450 | temporarily denied, bye bye          | true
                    CONNECT          | DENY_DISCONNECT     | 550 | denied, bye bye                      | true
                    CONNECT          | DENYSOFT_DISCONNECT | 450 | temporarily denied, bye bye          | true
                    CONNECT          | OK                  | 220 | mx.example.org ESMTP qpsmtpd 1.0     | false
                    HELO             | DENY                | 550 |                                      | false
                    HELO             | DENYSOFT            | 450 |                                      | false
                    HELO             | DENY_DISCONNECT     | 550 |                                      | true
                    HELO             | DENYSOFT_DISCONNECT | 450 |                                      | true
                    HELO             | OK                  | 250 | mx.example.org Hi Unknown [127.0.0.1]; I am so happy to meet you. | false
                    EHLO             | DENY                | 550 |                                      | false
                    EHLO             | DENYSOFT            | 450 |                                      | false
                    EHLO             | DENY_DISCONNECT     | 550 |                                      | true
                    EHLO             | DENYSOFT_DISCONNECT | 450 |                                      | true
                    EHLO             | OK                  | 250 | mx.example.org Hi Unknown [127.0.0.1] | false
                    MAIL             | DENY                | 550 | <a@b.c>, denied                      | false
                    MAIL             | DENYSOFT            | 450 | <a@b.c>, temporarily denied          | false
                    MAIL             | DENY_DISCONNECT     | 550 | <a@b.c>, denied                      | true
                    MAIL             | DENYSOFT_DISCONNECT | 421 | <a@b.c>, temporarily denied          | true
                    MAIL             | OK                  | 250 | <a@b.c>, sender OK - how exciting to get mail from you! | false
                    RCPT             | DENY                | 550 | relaying denied                      | false
                    RCPT             | DENYSOFT            | 450 | relaying denied                      | false
                    RCPT             | DENY_DISCONNECT     | 550 | delivery denied                      | true
                    RCPT             | DENYSOFT_DISCONNECT | 421 | relaying denied                      | true
                    RCPT             | OK                  | 250 | <user@example.com>, recipient ok     | false
                    RCPT_POST        | DENY                | 550 | delivery denied                      | false
                    RCPT_POST        | DENYSOFT            | 450 | delivery denied                      | false
                    RCPT_POST        | DENY_DISCONNECT     | 550 | delivery denied                      | true
                    RCPT_POST        | DENYSOFT_DISCONNECT | 421 | delivery denied                      | true
                    RCPT_POST        | OK                  | 250 | <user@example.com>, recipient ok     | false
                    DATA             | DENY                | 554 | Message denied                       | false
                    DATA             | DENYSOFT            | 451 | Message denied temporarily           | false
                    DATA             | DENY_DISCONNECT     | 554 | Message denied                       | true
                    DATA             | DENYSOFT_DISCONNECT | 451 | Message denied temporarily           | true
                    DATA             | OK                  | 250 | Queued                               | false
                    DATA_HEADERS_END | DENY                | 250 | Queued                               | false
                    DATA_HEADERS_END | DENYSOFT            | 250 | Queued                               | false
                    DATA_HEADERS_END | DENY_DISCONNECT     | 554 | Message denied                       | true
                    DATA_HEADERS_END | DENYSOFT_DISCONNECT | 421 | Message denied temporarily           | true
                    DATA_HEADERS_END | OK                  | 250 | Queued                               | false
                    DATA_POST_HEADERS | DENY               | 250 | Queued                               | false
                    DATA_POST        | DENY                | 552 | Message denied                       | false
                    DATA_POST        | DENYSOFT            | 452 | Message denied temporarily           | false
                    DATA_POST        | DENY_DISCONNECT     | 552 | Message denied                       | true
                    DATA_POST        | DENYSOFT_DISCONNECT | 452 | Message denied temporarily           | true
                    DATA_POST        | OK                  | 250 | Queued                               | false
                    QUEUE_PRE        | DENY                | 552 | Message denied                       | false
                    QUEUE_PRE        | DENYSOFT            | 452 | Message denied temporarily           | false
                    QUEUE_PRE        | OK                  | 250 | Queued                               | false
                    QUEUE            | DENY                | 552 | Message denied                       | false
                    QUEUE            | DENYSOFT            | 452 | Message denied temporarily           | false
                    QUEUE            | DENY_DISCONNECT     | 552 | Message denied                       | true
                    QUEUE            | DENYSOFT_DISCONNECT | 452 | Message denied temporarily           | true
                    QUEUE            | OK                  | 250 | Queued                               | false
                    """)
    void answersWith(HookPoint point, Action action, int code, String text, boolean closes)
            throws Exception {
        server.mockHook(point, HookResult.of(action, ""));
        try (SmtpClient client = server.connect()) {
            SmtpReply reply = speak(client, point);

            assertThat(reply.code()).isEqualTo(code);
            assertThat(reply.text()).contains(text == null ? "" : text);
            SmtpReply next = client.send("NOOP");
            assertThat(next.isClosed()).as("closed").isEqualTo(closes);
            assertThat(next.code()).isIn(0, 250);
        }
        boolean queued = code == 250 && point.compareTo(HookPoint.DATA) >= 0;
        assertThat(mailbox.messages()).hasSize(queued && point != HookPoint.QUEUE ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource(
            value = HookPoint.class,
            names = {
                "HELO",
                "EHLO",
                "MAIL",
                "RCPT",
                "RCPT_POST",
                "NOOP",
                "VRFY",
                "HELP",
                "UNRECOGNIZED_COMMAND"
            })
    void saysWhatAPluginSaysThatHasDoneItAll(HookPoint point) throws Exception {
        server.mockHook(point, HookResult.done(298, "done\nit all"));
        String command =
                switch (point) {
                    case MAIL -> "MAIL FROM:<a@b.c>";
                    case RCPT, RCPT_POST -> "RCPT TO:<user@example.com>";
                    case UNRECOGNIZED_COMMAND -> "XYZZY";
                    default -> point.name() + " client.test";
                };
        String status = point == HookPoint.EHLO || point == HookPoint.HELO ? "" : "2.0.0 ";
        try (SmtpClient client = server.connect()) {
            client.read();
            if (point != HookPoint.EHLO && point != HookPoint.HELO) {
                client.send("EHLO client.test");
            }
            if (point == HookPoint.RCPT || point == HookPoint.RCPT_POST) {
                client.send("MAIL FROM:<a@b.c>");
            }
            client.write(command + "\r\nRSET\r\nQUIT\r\n");

            assertThat(client.readToEnd().split("\r\n"))
                    .satisfiesExactly(
                            first -> assertThat(first).isEqualTo("298-" + status + "done"),
                            second -> assertThat(second).isEqualTo("298 " + status + "it all"),
                            third -> assertThat(third).startsWith("250 ").contains("OK"),
                            last -> assertThat(last).startsWith("221 "));
        }
    }

    @Test
    void asksThoseWhoDeliverOfAcceptedRecipientsOnly() throws Exception {
        server.mockHook(HookPoint.RCPT_POST, HookResult.ok("fine with me"));
        try (SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
            assertThat(client.send("RCPT TO:<user@example.com>").toString())
                    .isEqualTo("250 2.1.5 fine with me");
        }
        server.mockHook(HookPoint.RCPT, HookResult.deny("not ours"));
        try (SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
            assertThat(client.send("RCPT TO:<user@example.com>").text()).contains("not ours");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = HookPoint.class,
            names = {"DATA", "DATA_POST", "QUEUE_PRE", "QUEUE"})
    void queuesNothingWhenAPluginHasDoneItAll(HookPoint point) throws Exception {
        server.mockHook(point, HookResult.done(598, "not this one"));
        try (SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            if (point != HookPoint.DATA) {
                assertThat(client.send("DATA").code()).isEqualTo(354);
                client.write("Subject: s\r\n\r\nbody\r\n.\r\n");
            } else {
                client.write("DATA\r\n");
            }
            assertThat(client.read().toString()).isEqualTo("598 5.0.0 not this one");

            assertThat(client.send("NOOP").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<user@example.com>").code()).isEqualTo(503);
            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<user@example.com>");
            client.write("BDAT 17 LAST\r\nSubject: s\r\n\r\nb\r\n");
            client.write("NOOP\r\n");
            assertThat(client.read().code()).isEqualTo(598);
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.send("QUIT").code()).isEqualTo(221);
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void goesOnWhereNoReplyCanBeGiven() throws Exception {
        server.mockHook(HookPoint.DATA_HEADERS_END, HookResult.done(598, "unheard"));
        try (SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
        }
        assertThat(mailbox.messages()).hasSize(1);
    }

    @Test
    void storesNoSenderThatWasNotAccepted() throws Exception {
        for (HookResult result : List.of(HookResult.done(250, "yes"), HookResult.DENY)) {
            server.mockHook(HookPoint.MAIL, result);
            try (SmtpClient client = server.connect()) {
                client.read();
                client.send("EHLO client.test");
                client.write("MAIL FROM:<a@b.c>\r\nRCPT TO:<user@example.com>\r\nQUIT\r\n");

                assertThat(client.readToEnd()).contains("503 5.5.1 Use MAIL before RCPT");
            }
        }
    }

    @Test
    void greetsAsAPluginSays() throws Exception {
        server.mockHook(HookPoint.CONNECT, HookResult.done(220, "mx.test at your service"));
        try (SmtpClient client = server.connect()) {
            assertThat(client.read().toString()).isEqualTo("220 mx.test at your service");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    @Test
    void defersRecipientsOnWhichNobodyDecides() throws Exception {
        try (TestServer empty = TestServer.builder().start();
                SmtpClient client = empty.connect()) {
            assertThat(client.open("a@b.c", "user@example.com").toString())
                    .startsWith("450 ")
                    .contains("No plugin decided if relaying is allowed");
            assertThat(client.send("DATA").toString()).startsWith("503 ").contains("RCPT first");
        }
    }

    @Test
    void defersMessagesThatNobodyQueues() throws Exception {
        RcptHook all = (transaction, recipient) -> HookResult.OK;
        try (TestServer empty = TestServer.builder().plugin("all", all).start();
                SmtpClient client = empty.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(client.data("Subject: s\n\nbody\n").toString())
                    .startsWith("451 ")
                    .contains("Queuing declined or disabled");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    @Test
    void sendsEachLineOfATextWithItsCode() throws Exception {
        server.mockHook(HookPoint.RCPT, HookResult.deny("one\ntwo\nthree"));
        try (SmtpClient client = server.connect()) {
            assertThat(client.open("a@b.c", "user@example.com"))
                    .isEqualTo(
                            new SmtpReply(550, List.of("5.7.1 one", "5.7.1 two", "5.7.1 three")));
        }
    }

    @Test
    void takesCodesFromTheAnswer() throws Exception {
        server.mockHook(HookPoint.RCPT, HookResult.deny("go away (#5.1.1)").withCode(553));
        try (SmtpClient client = server.connect()) {
            assertThat(client.open("a@b.c", "user@example.com").toString())
                    .isEqualTo("553 5.1.1 go away (#5.1.1)");
        }
    }

    @Test
    void takesTheQueuesText() throws Exception {
        server.mockHook(HookPoint.QUEUE, HookResult.ok("Queued! <1@x>"));
        try (SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(client.data("Subject: s\n\nbody\n").toString())
                    .startsWith("250 ")
                    .endsWith("Queued! <1@x>");
        }
    }

    @Test
    void namesHooksInLowerCaseInTheLog() throws Exception {
        server.mockHook(HookPoint.RCPT, HookResult.DECLINED.because("pass: fine"));
        try (SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(server.awaitLog("pass: fine").line())
                    .isEqualTo("(" + "RCPT".toLowerCase(Locale.ROOT) + ") mock_rcpt: pass: fine");
        }
    }
}
