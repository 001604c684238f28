package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 8, 10, 11, 16 and 37: text from the client where it could do harm. */
class UnsafeTextTest {
    private static final String UNSAFE = ".*[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029].*";

    private final Mailbox mailbox = new Mailbox();

    private TestServer.Builder server() {
        return TestServer.builder().plugin("mailbox", mailbox);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELO a\rb",
                "EHLO a\u0085b",
                "EHLO a\u001b[31m",
                "HELO a\0b",
                "EHLO a\u007f"
            })
    void refusesControlCharactersInTheName(String command) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send(command).code()).isEqualTo(501);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u2028b",
                "a\u2029X-Evil:b",
                "a\\r\\nX-Evil:b",
                "a(b)c;d",
                "\u00e9.test",
                "\udb40\udc01"
            })
    void writesTheNameOnOneLineOfTheHeader(String name) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("HELO " + name, "MAIL FROM:<a@b.c>", "RCPT TO:<user@example.com>");

            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
        }
        String text =
                new String(
                        mailbox.message().text().getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
        String received = text.substring(text.indexOf("Received:"), text.indexOf("Subject:"));
        assertThat(received.split("\r\n"))
                .allSatisfy(line -> assertThat(line).doesNotMatch(UNSAFE))
                .satisfies(lines -> assertThat(lines[0]).startsWith("Received: from "))
                .satisfies(
                        lines ->
                                assertThat(lines)
                                        .allMatch(l -> l.startsWith("Rec") || l.startsWith(" ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO\0OP", "\0NOOP", "NOOP\0", "NOOP\rfoo", "", " NOOP"})
    void refusesVerbsThatAreNone(String command) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send(command).code()).isEqualTo(500);
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a\0@b.c>",
                "<a@b\0.c>",
                "<\"a\0b\"@b.c>",
                "<a@b.c\0>",
                "<a@b.c\r>",
                "<a\r@b.c>",
                "<\"a\rRCPT\"@b.c>",
                "<\"a\u0085\"@b.c>",
                "<a\u2028@b.c>"
            })
    void refusesControlCharactersInAddresses(String path) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("EHLO client.test");

            assertThat(client.send("MAIL FROM:" + path).code()).isIn(501, 553);
            client.send("MAIL FROM:<a@b.c> SMTPUTF8");
            assertThat(client.send("RCPT TO:" + path).code()).isEqualTo(501);
        }
    }

    @Test
    void keepsNulInTheBody() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(client.data("Subject: s\0t\n\nbo\0dy\0\n").code()).isEqualTo(250);
        }
        assertThat(mailbox.message().from("Subject"))
                .isEqualTo("Subject: s\0t\r\n\r\nbo\0dy\0\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELO a\u001b[31mb",
                "HELO a\rb",
                "X\u0085Y",
                "XYZZY \u2028evil",
                "NOOP \u202eevil",
                "MAIL FROM:<${jndi:ldap://127.0.0.1/a}@b.c>",
                "RCPT TO:<a%n%s@b.c>",
                "XYZZY \u0000"
            })
    void logsOneSafeLineForEachThing(String command) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send(command);
            client.send("QUIT");

            assertThat(server.log())
                    .anySatisfy(r -> assertThat(r.text()).startsWith("dispatching "))
                    .allSatisfy(
                            r ->
                                    assertThat(r.line())
                                            .doesNotMatch(UNSAFE)
                                            .doesNotContain("\u202e"));
        }
    }

    @Test
    void cutsWhatIsTooLongForALog() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("NOOP " + "x".repeat(4000));

            assertThat(server.awaitLog("dispatching NOOP").text())
                    .hasSizeLessThan(2100)
                    .endsWith("...");
        }
    }

    @Test
    void keepsTextOfPluginsInsideOneReply() throws Exception {
        String text =
                "listed\r\n250 OK\r\n\r221 bye\n\u001b[2J\u0085\u2028\u00e9 " + "long ".repeat(400);
        try (TestServer server = server().start()) {
            server.mockHook(HookPoint.RCPT, HookResult.deny(text));
            try (SmtpClient client = server.connect()) {
                client.read();
                client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
                client.write("RCPT TO:<user@example.com>\r\nNOOP\r\n");

                SmtpReply reply = client.read();
                assertThat(reply.code()).isEqualTo(550);
                assertThat(reply.lines())
                        .hasSize(4)
                        .allSatisfy(
                                line ->
                                        assertThat(line)
                                                .hasSizeLessThanOrEqualTo(506)
                                                .matches("[ -~]*"));
                assertThat(client.read().code()).isEqualTo(250);
            }
        }
    }

    @Test
    void sendsUtf8OnlyToThoseWhoAskedForIt() throws Exception {
        try (TestServer server = server().start()) {
            server.mockHook(HookPoint.RCPT, HookResult.deny("\u00e9".repeat(600)));
            try (SmtpClient client = server.connect()) {
                client.read();
                client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
                assertThat(client.send("RCPT TO:<user@example.com>").text())
                        .doesNotContain("\u00e9")
                        .contains("???");

                client.send("MAIL FROM:<a@b.c> SMTPUTF8");
                String text = client.send("RCPT TO:<user@example.com>").text();
                assertThat(text).contains("\u00e9");
                assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(506);
            }
        }
    }

    @Test
    void keepsTextOfPluginsInsideOneField() throws Exception {
        DataPostHook plugin =
                transaction -> {
                    transaction.headers().append("X-Found", "a\r\nX-Evil: b\n c\n\nbody\u2028");
                    transaction
                            .connection()
                            .addAuthenticationResult(
                                    AuthenticationResult.of("spf", "pass")
                                            .because("a\r\nX-Evil: b")
                                            .with("smtp", "mailfrom", "a\r\nX-Evil: b"));
                    return HookResult.DECLINED;
                };
        try (TestServer server = server().plugin("header", plugin).start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            client.data("Subject: s\n\nbody\n");
        }

        assertThat(mailbox.message().from("X-Found"))
                .isEqualTo("X-Found: aX-Evil: b\r\n cbody\r\n\r\nbody\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1",
                "GET / HTTP/1.0",
                "CONNECT mx:25 HTTP/1.1",
                "Host: mx.example.org"
            })
    void closesAtOnceWhenABrowserSpeaks(String line) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.write(line + "\r\nHost: mx.example.org\r\n\r\n");
            client.write(
                    """
                    EHLO a
                    MAIL FROM:<a@b.c>
                    RCPT TO:<user@example.com>
                    DATA
                    Subject: s

                    x
                    .
                    """
                            .replace("\n", "\r\n"));

            assertThat(client.read().code()).isEqualTo(421);
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(mailbox.messages()).isEmpty();
    }
}
