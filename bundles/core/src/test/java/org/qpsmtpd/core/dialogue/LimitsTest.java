package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 17 and 19 to 22: lines, floods, recipients and headers beyond all measure. */
class LimitsTest {
    private static final int MEGABYTE = 1024 * 1024;
    private static final long BUFFERS = 48L * MEGABYTE;

    private final Mailbox mailbox = new Mailbox();

    private TestServer.Builder server() {
        return TestServer.builder().logLevel(LogLevel.WARN).plugin("mailbox", mailbox);
    }

    /** Remembers what was in the file of each message, not the message. */
    private static final class Checksums implements QueueHook {
        private final List<Long> sums = new CopyOnWriteArrayList<>();
        private final List<Boolean> inMemory = new CopyOnWriteArrayList<>();

        @Override
        public HookResult onQueue(Transaction transaction) {
            CRC32 sum = new CRC32();
            byte[] piece = new byte[8192];
            try (InputStream body = transaction.body().open()) {
                for (int n = body.read(piece); n > 0; n = body.read(piece)) {
                    sum.update(piece, 0, n);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            sums.add(sum.getValue());
            inMemory.add(transaction.body().inMemory());
            return HookResult.OK;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 513, 4096})
    void takesCommandLinesOfUsualLength(int octets) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("NOOP " + "x".repeat(octets - 7)).code()).isEqualTo(250);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4097, 65_536, 1_000_000})
    void refusesLongerCommandLinesAndGoesOn(int octets) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("NOOP " + "x".repeat(octets - 7)).toString())
                    .startsWith("500 ")
                    .contains("Line too long");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    @Test
    void keepsNothingOfAnEndlessCommandLine() throws Exception {
        byte[] piece = "x".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            long most = 0;
            for (int i = 0; i < 20; i++) {
                client.write(piece);
                most = Math.max(most, NettyMemory.used());
            }
            client.write("\r\nNOOP\r\n");

            assertThat(client.read().code()).isEqualTo(500);
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(most).isLessThan(BUFFERS);
        }
    }

    @Test
    void closesAtABareLfInACommand() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.write("NOOP\nMAIL FROM:<a@b.c>\r\n");

            assertThat(client.read().code()).isEqualTo(421);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void takesBodyLinesOfAnyLengthUnbroken() throws Exception {
        Checksums queue = new Checksums();
        byte[] piece = "0123456789abcdef".repeat(MEGABYTE / 16).getBytes(StandardCharsets.US_ASCII);
        CRC32 expected = new CRC32();
        long most = 0;
        try (TestServer server =
                        TestServer.builder()
                                .logLevel(LogLevel.WARN)
                                .plugin("queue", queue)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            byte[] header = "Subject: s\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            client.write(header);
            expected.update(header);
            for (int i = 0; i < 20; i++) {
                client.write(piece);
                expected.update(piece);
                most = Math.max(most, NettyMemory.used());
            }
            client.write("\r\n.\r\n");
            expected.update(new byte[] {'\r', '\n'});

            assertThat(client.read().code()).isEqualTo(250);
        }
        assertThat(queue.sums).containsExactly(expected.getValue());
        assertThat(queue.inMemory).containsExactly(false);
        assertThat(most).isLessThan(BUFFERS);
    }

    @ParameterizedTest
    @ValueSource(ints = {998, 999, 1001, 70_000})
    void keepsLongLinesAsTheyAre(int octets) throws Exception {
        String line = "y".repeat(octets);
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");

            assertThat(client.data("Subject: s\n\n" + line + "\n").code()).isEqualTo(250);
        }
        assertThat(mailbox.message().from("Subject"))
                .isEqualTo("Subject: s\r\n\r\n" + line + "\r\n");
    }

    @ParameterizedTest
    @CsvSource({"5000, 250", "5001, 552"})
    void countsALineEndAsOneOctet(int octets, int code) throws Exception {
        String start = "Subject: s\n\n";
        String lines = "123456789\n".repeat(498);
        String message = start + lines + "z".repeat(octets - start.length() - lines.length() - 1);
        try (TestServer server = server().config("databytes", "5000").start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");

            assertThat(client.data(message).code()).isEqualTo(code);
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
        assertThat(mailbox.messages()).hasSize(code == 250 ? 1 : 0);
    }

    @Test
    void announcesAndChecksTheSize() throws Exception {
        try (TestServer server = server().config("databytes", "5000").start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("EHLO client.test").lines()).contains("SIZE 5000");
            assertThat(client.send("MAIL FROM:<a@b.c> SIZE=99999999").code()).isEqualTo(552);
            assertThat(client.send("MAIL FROM:<a@b.c> SIZE=5000").code()).isEqualTo(250);
            assertThat(client.send("MAIL FROM:<a@b.c> SIZE=many").code()).isEqualTo(501);
        }
    }

    @Test
    void limitsRecipients() throws Exception {
        int batch = 1000;
        try (TestServer server = server().config("rcptmax", "500").start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).contains("LIMITS RCPTMAX=500");
            client.send("MAIL FROM:<good@client.test>");
            int accepted = 0;
            int refused = 0;
            for (int i = 0; i < 100; i++) {
                client.write("RCPT TO:<user@example.com>\r\n".repeat(batch));
                for (int j = 0; j < batch; j++) {
                    int code = client.read().code();
                    accepted += code == 250 ? 1 : 0;
                    refused += code == 452 ? 1 : 0;
                }
            }

            assertThat(accepted).isEqualTo(500);
            assertThat(refused).isEqualTo(99_500);
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
        }
        assertThat(mailbox.message().recipients()).hasSize(500);
    }

    /** Queues what has two recipients at most, and is at its wit's end after some questions. */
    private static final class TwoAtMost implements QueueHook {
        private boolean broken;

        @Override
        public HookResult onQueue(Transaction transaction) {
            return HookResult.OK;
        }

        @Override
        public int mostRecipients() {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return 2;
        }
    }

    @Test
    void takesNoMoreRecipientsThanAQueuePluginDoes() throws Exception {
        TwoAtMost queue = new TwoAtMost();
        try (TestServer server =
                        TestServer.builder()
                                .plugin("mailbox", mailbox)
                                .plugin("two", queue)
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).contains("LIMITS RCPTMAX=2");
            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<x@example.com>");
            assertThat(client.send("RCPT TO:<y@example.com>").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<z@example.com>").toString())
                    .isEqualTo("452 4.5.3 Too many recipients");
            queue.broken = true;
            assertThat(client.send("RCPT TO:<z@example.com>").code()).isEqualTo(250);
            assertThat(server.awaitLog("FATAL PLUGIN ERROR [two]").text()).contains("broken");
        }
    }

    static List<String> bombs() {
        return List.of(
                "A: b\r\n".repeat(1_000_000),
                "Received: from a by b\r\n".repeat(100_000),
                "A:b\r\n".repeat(20_000),
                "A: " + "c".repeat(10 * MEGABYTE) + "\r\n",
                "A: d\r\n" + " folded\r\n".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void refusesHeadersBeyondMeasure(String header) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            client.write(header + "\r\nMAIL FROM:<evil@client.test>\r\n.\r\n");

            assertThat(client.read().toString()).startsWith("552 ").contains("header");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void takesThousandsOfHeaderLines() throws Exception {
        String header = "A: b\r\n".repeat(9_000);
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            client.write("Subject: s\r\n" + header + "\r\nbody\r\n.\r\n");

            assertThat(client.read().code()).isEqualTo(250);
        }
        assertThat(mailbox.message().from("Subject"))
                .isEqualTo("Subject: s\r\n" + header + "\r\nbody\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSET", "HELP", "RCPT TO:<user@example.com>"})
    void closesWhoNeverReadsTheAnswers(String command) throws Exception {
        String batch = (command + "\r\n").repeat(2000);
        long most = 0;
        try (TestServer server = server().config("timeout", "1").start();
                SmtpClient client = SmtpClient.connect(server.port(), 4096)) {
            try {
                for (int i = 0; i < 500; i++) {
                    client.write(batch);
                    most = Math.max(most, NettyMemory.used());
                }
                client.readToEnd();
            } catch (SocketException e) {
                assertThat(e).hasMessageMatching(".*([Rr]eset|pipe|closed).*");
            }
        }
        assertThat(most).isLessThan(BUFFERS);
    }

    @Test
    void answersEverythingThatWasPipelined() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.write(
                    """
                    EHLO client.test
                    MAIL FROM:<a@b.c>
                    RCPT TO:<user@example.com>
                    RCPT TO:<nobody@>
                    DATA
                    """
                            .replace("\n", "\r\n"));

            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.read().code()).isEqualTo(501);
            assertThat(client.read().code()).isEqualTo(354);
        }
    }

    @Test
    void closesAfterAHundredUnknownCommands() throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.write("XYZZY\r\n".repeat(200));

            for (int i = 0; i < 100; i++) {
                assertThat(client.read().code()).isEqualTo(500);
            }
            assertThat(client.read().code()).isEqualTo(421);
            assertThat(client.readToEnd()).isEmpty();
        }
    }
}
