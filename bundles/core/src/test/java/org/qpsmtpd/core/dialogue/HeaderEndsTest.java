package org.qpsmtpd.core.dialogue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.ReceivedLineHook;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security row 42: nothing that a client sends is inside a field of ours, or taken for one. */
class HeaderEndsTest {
    private static final String FORGED = " by trusted.example.com with ESMTPSA id 1";
    private static final int MOST_HEADER = 256 * 1024;

    private final Mailbox mailbox = new Mailbox(true);
    private final List<HeaderField> seen = new CopyOnWriteArrayList<>();

    private TestServer.Builder server() {
        DataPostHook look =
                transaction -> {
                    seen.addAll(transaction.headers().fields());
                    transaction.headers().append("X-Last", "ours");
                    return HookResult.DECLINED;
                };
        return TestServer.builder().plugin("look", look).plugin("mailbox", mailbox);
    }

    /** What was queued below our field Received, for what was sent after DATA or BDAT. */
    private String queued(TestServer server, String message, boolean chunk) throws IOException {
        try (SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            if (chunk) {
                client.write("BDAT " + message.length() + " LAST\r\n");
            } else {
                client.send("DATA");
            }
            client.write((chunk ? message : message + ".\r\n").getBytes(ISO_8859_1));
            assertThat(client.read().code()).isEqualTo(250);
        }
        String text = mailbox.messages().get(mailbox.messages().size() - 1).text();
        int start = text.indexOf("Received: from ");
        int end = text.indexOf("\r\n", start);
        while (text.charAt(end + 2) == ' ') {
            end = text.indexOf("\r\n", end + 2);
        }
        assertThat(text.substring(0, start))
                .isEqualTo("Authentication-Results: mx.example.org; auth=none\r\n");
        assertThat(text.substring(start, end)).doesNotContain("trusted").contains("; ");
        return text.substring(end + 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FORGED,
                "\tby trusted.example.com",
                FORGED + "\r\nSubject: s\r\n\r\nbody",
                "a monitoring text",
                "a monitoring text\r\n\r\nmore: text",
                ": no name\r\n\r\nbody",
                "\0Subject: s\r\n\r\nbody",
                "\u007f: s\r\n\r\nbody",
                "From the server: all is well",
                " ",
                "\r\n" + FORGED
            })
    void whatIsNoHeaderIsBody(String text) throws Exception {
        String sent = text + "\r\n";
        String body = sent.startsWith("\r\n") ? sent : "\r\n" + sent;
        try (TestServer server = server().start()) {
            for (boolean chunk : new boolean[] {false, true}) {
                assertThat(queued(server, sent, chunk)).isEqualTo("X-Last: ours\r\n" + body);
            }
        }
        assertThat(seen)
                .extracting(HeaderField::name)
                .containsOnly("Authentication-Results", "Received");
    }

    @Test
    void theHeaderEndsBeforeALineThatIsNoField() throws Exception {
        try (TestServer server = server().start()) {
            assertThat(queued(server, "A: b\r\n c\r\nno field\r\nC: d\r\n\r\nbody\r\n", false))
                    .isEqualTo(
                            "A: b\r\n c\r\nX-Last: ours\r\n\r\nno field\r\nC: d\r\n\r\nbody\r\n");
        }
    }

    @Test
    void aMessageOfNothingButHeaderStaysOne() throws Exception {
        try (TestServer server = server().start()) {
            String expected = "A: b\r\nX-Last: ours\r\n";
            assertThat(queued(server, "A: b\r\n", false)).isEqualTo(expected);
            assertThat(queued(server, "A: b", true)).isEqualTo(expected);
            assertThat(queued(server, "", false)).isEqualTo("X-Last: ours\r\n");
        }
    }

    @Test
    void aHeaderMayHaveAnySizeUpToItsLimitAndTextIsNone() throws Exception {
        String line = "X-Long: " + "x".repeat(990) + "\r\n";
        String header = line.repeat(MOST_HEADER / line.length());
        String full = header + "Y: " + "y".repeat(MOST_HEADER - header.length() - 5) + "\r\n";
        assertThat(full).hasSize(MOST_HEADER);
        try (TestServer server = server().start()) {
            assertThat(queued(server, full + "no field\r\n", false))
                    .isEqualTo(full + "X-Last: ours\r\n\r\nno field\r\n");
            String text = ("x".repeat(70) + "\r\n").repeat(10_000);
            assertThat(queued(server, text, false)).isEqualTo("X-Last: ours\r\n\r\n" + text);
        }
    }

    @Test
    void theLimitOfTheWholeMessageCountsWhatWasSent() throws Exception {
        try (TestServer server = server().config("databytes", "10").start()) {
            assertThat(queued(server, "123456789\r\n", false)).endsWith("\r\n\r\n123456789\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A: b\nReceived: by x\r\n\r\n", "A: b\rReceived: by x\r\n\r\n"})
    void aHeaderOfBinaryMailHasLinesAsAnyOther(String message) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll(
                    "EHLO client.test",
                    "MAIL FROM:<a@b.c> BODY=BINARYMIME",
                    "RCPT TO:<u@example.com>");
            client.write("BDAT " + message.length() + " LAST\r\n" + message);

            assertThat(client.read().toString()).startsWith("554 5.6.0 ");
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void fieldsThatPluginsSupplyEndWhereTheyEnd() throws Exception {
        ReceivedLineHook line = (transaction, protocol) -> Optional.of("from us\nby us\n\0\n");
        try (TestServer server = server().plugin("line", line).start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            client.data(FORGED);
        }
        assertThat(mailbox.message().text())
                .contains("\r\nReceived: from us\r\n by us")
                .endsWith("\r\nX-Last: ours\r\n\r\n" + FORGED + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x)", "(x", "x)by(y", "x\\", "((((", "\\)"})
    void theNameOfTheClientStaysInItsComment(String name) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO " + name, "MAIL FROM:<a@b.c>", "RCPT TO:<user@example.com>");
            client.data("A: b\n\n");
        }
        String escaped = name.replaceAll("([()\\\\])", "\\\\$1");
        assertThat(mailbox.message().text())
                .contains(" (HELO " + escaped + ") (127.0.0.1)\r\n by ");
    }

    @Test
    void aQuotedLocalPartMayLookLikeAParameter() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO client.test", "MAIL FROM:<\"a b=c\"@example.org> SIZE=10");
            assertThat(client.send("RCPT TO:<\"first last=acme\"@example.com>").code())
                    .isEqualTo(250);
            assertThat(client.send("RCPT TO:<\"x NOTIFY=NEVER\"@example.com> NOTIFY=NEVER").code())
                    .isEqualTo(250);
            client.data("A: b\n\n");
        }
        assertThat(mailbox.message().sender()).isEqualTo("<\"a\\ b=c\"@example.org>");
    }
}
