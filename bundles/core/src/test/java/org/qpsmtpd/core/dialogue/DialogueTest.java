package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** The dialogues that qpsmtpd's own tests and a running daemon show. */
class DialogueTest {
    private final Mailbox mailbox = new Mailbox();
    private TestServer server;
    private SmtpClient client;

    @BeforeEach
    void start() throws Exception {
        server =
                TestServer.builder().config("databytes", "5000").plugin("mailbox", mailbox).start();
        client = server.connect();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    NOOP foo               | 250 | OK
                    VRFY x                 | 252 | Just try sending a mail and we'll see how it turns out ...
                    RCPT TO:<a@example.com> | 503 | Use MAIL before RCPT
                    MAIL FROM:<a@b.c>      | 503 | please say hello first ...
                    HELO                   | 501 | helo requires domain/address - see RFC-2821 4.1.1.1
                    EHLO                   | 501 | ehlo requires domain/address - see RFC-2821 4.1.1.1
                    AUTH PLAIN             | 500 | Unrecognized command
                    ehLO   x   y  z        | 250 | mx.example.org Hi Unknown [127.0.0.1]
                    DATA                   | 503 | MAIL first
                    RSET                   | 250 | OK
                    HELP mail              | 214 | This is qpsmtpd
                    QUIT                   | 221 | mx.example.org closing connection. Have a wonderful day.
                    """)
    void answersBeforeHello(String command, int code, String text) throws Exception {
        assertThat(client.read().text())
                .isEqualTo(
                        "mx.example.org ESMTP qpsmtpd 1.0 ready; send us your mail, but not your"
                                + " spam.");

        SmtpReply reply = client.send(command);

        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.lines().get(0)).contains(text);
    }

    @Test
    void greetsAsConfigured() throws Exception {
        server.setConfig("smtpgreeting", "Hello there ESMTP");
        try (SmtpClient other = server.connect()) {
            assertThat(other.read().toString()).isEqualTo("220 Hello there ESMTP");
        }
    }

    @Test
    void offersItsExtensions() throws Exception {
        client.read();

        assertThat(client.send("EHLO client.test").lines())
                .containsExactly(
                        "mx.example.org Hi Unknown [127.0.0.1]",
                        "PIPELINING",
                        "8BITMIME",
                        "SIZE 5000",
                        "SMTPUTF8",
                        "ENHANCEDSTATUSCODES",
                        "CHUNKING",
                        "PRDR",
                        "LIMITS RCPTMAX=1000");
    }

    @Test
    void takesASecondHello() throws Exception {
        client.open("a@b.c", "user@example.com");

        assertThat(client.send("EHLO other.test").code()).isEqualTo(250);
        assertThat(client.send("RCPT TO:<user@example.com>").code()).isEqualTo(503);
    }

    @Test
    void forgetsTheTransactionOnRset() throws Exception {
        client.open("a@b.c", "user@example.com");

        assertThat(client.send("RSET x").code()).isEqualTo(250);
        assertThat(client.send("DATA").toString()).contains("503").contains("MAIL first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    FROM:a@b.c                     | 501 | could not parse your mail from command
                    FROM:                          | 250 | <>, sender OK
                    FROM: <a@b.c>                  | 250 | <a@b.c>, sender OK
                    FROM:   <>                     | 250 | <>, sender OK
                    from:<a@b.c> X=1               | 555 | Parameter X is not known
                    FROM:<a@b.c>X                  | 501 | could not parse your mail from command
                    <a@b.c>                        | 501 | Syntax error in command
                    ''                             | 501 | could not parse your mail from command
                    FROM : <a@b.c>                 | 501 | Syntax error in command
                    FROM:<@a.x,@b:u@h.org>         | 250 | <u@h.org>
                    FROM:<#@[]>                    | 250 | <>
                    FROM:<a@b.c> SIZE=1 SIZE=2 A==B | 501 | Syntax error in parameters
                    FROM:<a@b.c> SIZE=99999999     | 552 | Message too big!
                    FROM:<ask@perl.org> SIZE=1230 RET=HDRS ENVID=x | 250 | <ask@perl.org>
                    FROM:<ask @perl.org>           | 501 | could not parse your mail from command
                    FROM:<\u00fc@c.d>              | 553 | SMTPUTF8
                    FROM:<\u00fc@c.d> SMTPUTF8     | 250 | <\u00fc@c.d>
                    FROM:<a@b.c> BODY=8BITMIME     | 250 | <a@b.c>
                    FROM:<a@b.c> BODY=9BIT         | 501 | BODY
                    """)
    void readsMailAs(String argument, int code, String text) throws Exception {
        client.read();
        client.send("EHLO client.test");

        SmtpReply reply = client.send("MAIL " + argument);

        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.text()).contains(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    TO:<u@example.com> NOTIFY=NEVER ORCPT=rfc822;u@example.com | 250 | <u@example.com>, recipient ok
                    TO:u@example.com               | 501 | could not parse recipient
                    TO:<abuse>                     | 501 | could not parse recipient
                    TO:<>                          | 501 | could not parse recipient
                    TO:<postmaster>                | 250 | <postmaster>, recipient ok
                    TO:<POSTmaster>                | 250 | <postmaster>, recipient ok
                    TO:<a@[999.2.3.4]>             | 501 | could not parse recipient
                    """)
    void readsRcptAs(String argument, int code, String text) throws Exception {
        client.read();
        client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");

        SmtpReply reply = client.send("RCPT " + argument);

        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.text()).contains(text);
    }

    @Test
    void offersNoUtf8WhenToldSo() throws Exception {
        server.setConfig("smtputf8", "0");
        try (SmtpClient other = server.connect()) {
            other.read();

            assertThat(other.send("EHLO x").text()).doesNotContain("UTF8");
            assertThat(other.send("MAIL FROM:<a@b.c> SMTPUTF8").code()).isEqualTo(555);
            assertThat(other.send("MAIL FROM:<ä@b.c>").code()).isEqualTo(553);
            assertThat(other.send("MAIL FROM:<a@b.c>").code()).isEqualTo(250);
        }
    }

    @Test
    void readsAddressesLenientlyWhenConfigured() throws Exception {
        server.setConfig("lenient_addresses", "1");
        try (SmtpClient other = server.connect()) {
            other.read();

            assertThat(other.sendAll("EHLO x", "MAIL FROM:<foo bar@example.com>").text())
                    .contains("<\"foo\\ bar\"@example.com>");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: s\r\n\r\n.dot\r\n..\r\n...three\r\n.\r\nend\r\n",
                "Subject: only a header\r\n",
                "Subject: s\r\n\r\n",
                "Subject: s\r\n\r\n\r\n\r\n\r\n",
                "Subject: folded\r\n over\r\n\tlines\r\nX:  two blanks\r\nY:none\r\n\r\nbody\r\n",
                "Subject: s\r\n\r\ncaf\u00e9 \u0000 \u0080\u0081\r\n",
                "Subject: s\r\nmessage-ID: <1@x>\r\nXY : z\r\n\r\n"
            })
    void storesWhatWasSent(String message) throws Exception {
        client.open("a@b.c", "user@example.com");
        String lines = message.replace("\r\n", "\n");

        assertThat(client.data(lines).code()).isEqualTo(250);

        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        assertThat(mailbox.message().from("Subject"))
                .isEqualTo(new String(octets, StandardCharsets.ISO_8859_1));
    }

    @Test
    void takesABodyWithoutHeaderAndAnEmptyMessage() throws Exception {
        client.open("a@b.c", "user@example.com");
        client.send("DATA");
        client.write("\r\nbody\r\n.\r\n");
        assertThat(client.read().code()).isEqualTo(250);
        client.sendAll("MAIL FROM:<>", "RCPT TO:<user@example.com>", "DATA");
        client.write(".\r\n");
        assertThat(client.read().code()).isEqualTo(250);

        List<Mailbox.Message> messages = mailbox.messages();
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).text()).endsWith("\r\n\r\nbody\r\n");
        assertThat(messages.get(1).text()).startsWith("Authentication-Results: ").endsWith("0\r\n");
        assertThat(messages.get(1).sender()).isEqualTo("<>");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void renamesTheMboxLine(boolean withPlugin) throws Exception {
        DataHeadersEndHook reader =
                transaction -> {
                    assertThat(transaction.headers().count("Mail-From")).isEqualTo(1);
                    return HookResult.DECLINED;
                };
        TestServer.Builder builder = TestServer.builder();
        if (withPlugin) {
            builder.plugin("reader", reader);
        }
        try (TestServer other = builder.plugin("mailbox", mailbox).start();
                SmtpClient sending = other.connect()) {
            sending.open("a@b.c", "user@example.com");
            assertThat(sending.data("From foo bar\nSubject: s\n\nbody\n").code()).isEqualTo(250);
        }

        assertThat(mailbox.message().from("Mail-From"))
                .isEqualTo("Mail-From: foo bar\r\nSubject: s\r\n\r\nbody\r\n");
    }

    @Test
    void putsItsFieldsOnTop() throws Exception {
        client.open("a@b.c", "user@example.com");
        client.data("Subject: s\n\nbody\n");

        assertThat(mailbox.message().text())
                .matches(
                        "(?s)Authentication-Results: mx\\.example\\.org; auth=none\r\n"
                                + "Received: from Unknown \\(HELO client\\.test\\) \\(127\\.0\\.0\\.1\\)\r\n"
                                + " by mx\\.example\\.org \\(qpsmtpd/1\\.0\\) with ESMTP id [0-9a-z.]+-[0-9]+\r\n"
                                + " for <user@example\\.com>; [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4}"
                                + " [0-9:]{8} [-+][0-9]{4}\r\n"
                                + "Subject: s\r\n\r\nbody\r\n");
    }

    @Test
    void renamesResultsThatCameWithTheMessage() throws Exception {
        client.open("a@b.c", "user@example.com");
        client.data(
                """
                Authentication-Results: one
                Authentication-Results: two
                authentication-results: three
                Subject: s

                body
                """);

        assertThat(mailbox.message().from("Original-Authentication-Results").replace("\r\n", "\n"))
                .isEqualTo(
                        """
                        Original-Authentication-Results: one
                        Original-Authentication-Results: two
                        Original-Authentication-Results: three
                        Subject: s

                        body
                        """);
    }

    @Test
    void addsNoResultsWhenToldSo() throws Exception {
        server.setConfig("me-auth-results", "none");
        try (SmtpClient other = server.connect()) {
            other.open("a@b.c", "user@example.com");
            other.data("Authentication-Results: one\nSubject: s\n\nbody\n");
        }

        assertThat(mailbox.message().text())
                .startsWith("Received: ")
                .contains("\r\nAuthentication-Results: one\r\n")
                .doesNotContain("Original-");
    }

    @Test
    void takesSeveralMessagesInOneSession() throws Exception {
        client.open("a@b.c", "user@example.com");
        for (int i = 0; i < 3; i++) {
            assertThat(client.data("Subject: " + i + "\n\nbody\n").code()).isEqualTo(250);
            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<user@example.com>");
        }

        assertThat(mailbox.messages())
                .extracting(m -> m.from("Subject"))
                .containsExactly(
                        "Subject: 0\r\n\r\nbody\r\n",
                        "Subject: 1\r\n\r\nbody\r\n",
                        "Subject: 2\r\n\r\nbody\r\n");
    }

    @Test
    void answersAClientThatClosesItsHalf() throws Exception {
        client.open("a@b.c", "user@example.com");
        client.write("DATA\r\nSubject: s\r\n\r\nbody\r\n.\r\nQUIT\r\n");
        client.endOutput();

        assertThat(client.readToEnd()).contains("354 ", "250 ", "221 ");
    }
}
