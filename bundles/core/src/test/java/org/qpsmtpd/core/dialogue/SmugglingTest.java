package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 1 and 4: what looks like the end of a message, in all variants and pieces. */
class SmugglingTest {
    private static final String HEAD = "Subject: s\r\n\r\nline";
    private static final String TAIL =
            """
            MAIL FROM:<smuggled@evil.test>
            RCPT TO:<victim@example.com>
            DATA
            Subject: smuggled

            evil
            .
            """
                    .replace("\n", "\r\n");

    private final Mailbox mailbox = new Mailbox();
    private final List<String> senders = new CopyOnWriteArrayList<>();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        MailHook witness =
                (transaction, sender, parameters) -> {
                    senders.add(sender.address());
                    return HookResult.DECLINED;
                };
        server =
                TestServer.builder()
                        .logLevel(LogLevel.WARN)
                        .plugin("witness", witness)
                        .plugin("mailbox", mailbox)
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    /** Sends the first part of a text on each connection, then the second part on each. */
    private List<String> answersToAllSplits(String text, int from) throws Exception {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        List<SmtpClient> clients = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        try {
            for (int split = from; split <= octets.length; split++) {
                clients.add(server.connect());
            }
            for (SmtpClient client : clients) {
                client.open("good@client.test", "user@example.com");
            }
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).write(Arrays.copyOfRange(octets, 0, from + i));
            }
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).write(Arrays.copyOfRange(octets, from + i, octets.length));
            }
            for (SmtpClient client : clients) {
                answers.add(client.readToEnd());
            }
        } finally {
            for (SmtpClient client : clients) {
                client.close();
            }
        }
        return answers;
    }

    private static String ends(String name) {
        return name.replace("CR", "\r").replace("LF", "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "CRLF, LF",
        "CRLF, CR",
        "LF, CRLF",
        "LF, LF",
        "LF, CR",
        "CR, CRLF",
        "CR, LF",
        "CR, CR"
    })
    void endsTheSessionAtABareCrOrLfWhateverTheSplit(String before, String after) throws Exception {
        String start = "DATA\r\n" + HEAD;
        String text = start + ends(before) + "." + ends(after) + TAIL + "QUIT\r\n";

        List<String> answers = answersToAllSplits(text, start.length() - 2);

        assertThat(answers)
                .allSatisfy(
                        answer ->
                                assertThat(answer)
                                        .startsWith("354 go ahead\r\n421 ")
                                        .satisfies(a -> assertThat(a.split("\r\n")).hasSize(2)));
        assertThat(mailbox.messages()).isEmpty();
        assertThat(senders).containsOnly("good@client.test").hasSize(answers.size());
    }

    @Test
    void endsTheMessageAtDotAloneOnALineWhateverTheSplit() throws Exception {
        String text = "DATA\r\n" + HEAD + "\r\n.\r\nQUIT\r\n";

        List<String> answers = answersToAllSplits(text, 1);

        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer).containsSubsequence("354 ", "250 ", "221 "));
        assertThat(mailbox.messages())
                .hasSize(answers.size())
                .allSatisfy(m -> assertThat(m.from("Subject")).isEqualTo(HEAD + "\r\n"));
    }

    @Test
    void takesAMessageInSingleOctets() throws Exception {
        try (SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            String text = "DATA\r\n" + HEAD + "\r\n..\r\n..x\r\n.\r\nQUIT\r\n";
            for (byte octet : text.getBytes(StandardCharsets.US_ASCII)) {
                client.write(new byte[] {octet});
            }

            assertThat(client.readToEnd()).containsSubsequence("354 ", "250 ", "221 ");
        }
        assertThat(mailbox.message().from("Subject")).isEqualTo(HEAD + "\r\n.\r\n.x\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "CRLF, LF",
        "CRLF, CR",
        "LF, CRLF",
        "LF, LF",
        "LF, CR",
        "CR, CRLF",
        "CR, LF",
        "CR, CR"
    })
    void refusesChunksWithBareCrOrLfWhateverTheSplit(String before, String after) throws Exception {
        String chunk = HEAD + ends(before) + "." + ends(after) + TAIL;
        String command = "BDAT " + chunk.length() + " LAST\r\n";
        String text = command + chunk + "QUIT\r\n";

        List<String> answers = answersToAllSplits(text, command.length() + HEAD.length() - 2);

        assertThat(answers)
                .allSatisfy(
                        answer ->
                                assertThat(answer.split("\r\n"))
                                        .satisfiesExactly(
                                                first -> assertThat(first).startsWith("554 "),
                                                last -> assertThat(last).startsWith("221 ")));
        assertThat(mailbox.messages()).isEmpty();
        assertThat(senders).containsOnly("good@client.test").hasSize(answers.size());
    }

    @Test
    void takesADotInAChunkForText() throws Exception {
        String chunk = HEAD + "\r\n.\r\n" + TAIL;
        String text = "BDAT " + chunk.length() + " LAST\r\n" + chunk + "QUIT\r\n";

        List<String> answers = answersToAllSplits(text, 1);

        assertThat(answers)
                .allSatisfy(
                        answer ->
                                assertThat(answer.split("\r\n"))
                                        .satisfiesExactly(
                                                first -> assertThat(first).startsWith("250 "),
                                                last -> assertThat(last).startsWith("221 ")));
        assertThat(mailbox.messages())
                .hasSize(answers.size())
                .allSatisfy(m -> assertThat(m.from("Subject")).isEqualTo(chunk));
        assertThat(senders).containsOnly("good@client.test");
    }
}
