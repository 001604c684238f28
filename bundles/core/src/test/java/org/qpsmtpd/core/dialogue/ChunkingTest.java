package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/** Security row 4: BDAT and its states. */
class ChunkingTest {
    private static final String MESSAGE = "Subject: s\r\n\r\nbody\r\n";

    private final Mailbox mailbox = new Mailbox(true);
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

    private void envelope() throws Exception {
        assertThat(client.open("good@client.test", "user@example.com").code()).isEqualTo(250);
    }

    private SmtpReply chunk(String octets, String last) throws Exception {
        client.write("BDAT " + octets.length() + last + "\r\n" + octets);
        return client.read();
    }

    @Test
    void joinsChunks() throws Exception {
        envelope();

        assertThat(chunk("Subject: s\r", "").code()).isEqualTo(250);
        assertThat(chunk("\n\r\n.\r\n", "").code()).isEqualTo(250);
        assertThat(chunk("", "").code()).isEqualTo(250);
        assertThat(chunk("..body\r\n", " LAST").code()).isEqualTo(250);

        assertThat(mailbox.message().from("Subject"))
                .isEqualTo("Subject: s\r\n\r\n.\r\n..body\r\n");
    }

    @Test
    void endsWithAnEmptyLastChunk() throws Exception {
        envelope();

        chunk(MESSAGE, "");
        assertThat(client.send("BDAT 0 last").code()).isEqualTo(250);

        assertThat(mailbox.message().from("Subject")).isEqualTo(MESSAGE);
    }

    @Test
    void takesAMessageThatIsOnlyHeader() throws Exception {
        envelope();

        assertThat(chunk("Subject: s\r\n", " LAST").code()).isEqualTo(250);

        assertThat(mailbox.message().from("Subject")).isEqualTo("Subject: s\r\n");
    }

    @Test
    void takesAnythingAsBinary() throws Exception {
        client.read();
        assertThat(client.send("EHLO client.test").lines()).contains("BINARYMIME", "CHUNKING");
        client.sendAll(
                "MAIL FROM:<good@client.test> BODY=BINARYMIME", "RCPT TO:<user@example.com>");

        assertThat(client.send("DATA").code()).isEqualTo(503);
        assertThat(chunk("Subject: s\r\n\r\na\nb\rc\0\r", " LAST").code()).isEqualTo(250);

        assertThat(mailbox.message().from("Subject")).endsWith("a\nb\rc\0\r");
    }

    @Test
    void refusesALastChunkThatEndsInCr() throws Exception {
        envelope();

        assertThat(chunk("Subject: s\r\n\r\nbody\r", " LAST").code()).isEqualTo(554);
        assertThat(mailbox.messages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BDAT",
                "BDAT -1",
                "BDAT x",
                "BDAT 1 FIRST",
                "BDAT 1 LAST LAST",
                "BDAT 0x10",
                "BDAT 99999999999999999999",
                "BDAT +5",
                "BDAT 5LAST"
            })
    void closesWhenTheSizeIsNotKnown(String command) throws Exception {
        envelope();

        client.write(command + "\r\n" + "MAIL FROM:<evil@client.test>\r\n");

        assertThat(client.read().code()).isEqualTo(501);
        assertThat(client.readToEnd()).isEmpty();
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void countsAHugeChunkWithoutKeepingIt() throws Exception {
        envelope();

        client.write("BDAT 999999999999999999 LAST\r\n" + "NOOP\r\n".repeat(100_000));
        client.endOutput();

        assertThat(client.readToEnd()).isEqualTo("451 4.4.2 Incomplete DATA\r\n");
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void refusesATooLargeMessageAfterItsChunk() throws Exception {
        envelope();

        assertThat(chunk("x\r\n".repeat(3000), "").code()).isEqualTo(552);
        assertThat(chunk(MESSAGE, " LAST").code()).isEqualTo(503);
        assertThat(client.send("NOOP").code()).isEqualTo(250);
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void takesNoDataBetweenChunks() throws Exception {
        envelope();

        chunk("Subject: s\r\n", "");
        assertThat(client.send("DATA").code()).isEqualTo(503);
        assertThat(chunk("\r\nbody\r\n", " LAST").code()).isEqualTo(250);
        assertThat(mailbox.message().from("Subject")).isEqualTo(MESSAGE);
    }

    @Test
    void takesNoRecipientBetweenChunks() throws Exception {
        envelope();

        chunk("Subject: s\r\n", "");
        assertThat(client.send("RCPT TO:<late@example.com>").code()).isEqualTo(503);
        assertThat(chunk("\r\nbody\r\n", " LAST").code()).isEqualTo(250);
        assertThat(mailbox.message().recipients()).containsExactly("<user@example.com>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSET", "EHLO again.test", "MAIL FROM:<other@client.test>"})
    void forgetsTheChunksWhenAnotherTransactionBegins(String command) throws Exception {
        envelope();

        chunk(MESSAGE, "");
        assertThat(client.send(command).code()).isEqualTo(250);
        assertThat(chunk("evil\r\n", " LAST").code()).isEqualTo(503);
        assertThat(client.send("NOOP").code()).isEqualTo(250);
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void readsTheChunkEvenWithoutTransaction() throws Exception {
        client.read();

        assertThat(chunk("NOOP\r\nQUIT\r\n", " LAST").code()).isEqualTo(503);
        client.send("EHLO client.test");
        assertThat(chunk("NOOP\r\nQUIT\r\n", "").code()).isEqualTo(503);
        client.send("MAIL FROM:<good@client.test>");
        assertThat(chunk("NOOP\r\nQUIT\r\n", " LAST").code()).isEqualTo(503);
        assertThat(client.send("NOOP").code()).isEqualTo(250);
    }

    @Test
    void readsTheChunkThatAPluginRefuses() throws Exception {
        server.mockHook(HookPoint.DATA, HookResult.deny("not today"));
        try (SmtpClient other = server.connect()) {
            other.open("good@client.test", "user@example.com");
            other.write("BDAT 12 LAST\r\nNOOP\r\nQUIT\r\nNOOP\r\n");

            assertThat(other.read().toString()).startsWith("554 ").contains("not today");
            assertThat(other.read().code()).isEqualTo(250);
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void offersBinaryOnlyWhenTheQueueTakesIt() throws Exception {
        try (TestServer plain = TestServer.builder().plugin("mailbox", new Mailbox(false)).start();
                SmtpClient other = plain.connect()) {
            other.read();

            assertThat(other.send("EHLO client.test").lines())
                    .contains("CHUNKING")
                    .doesNotContain("BINARYMIME");
            assertThat(other.send("MAIL FROM:<a@b.c> BODY=BINARYMIME").code()).isEqualTo(501);
        }
    }
}
