package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Where a message waits until it is queued. */
class SpoolingTest {
    private final Mailbox mailbox = new Mailbox();
    private final List<Boolean> inMemory = new CopyOnWriteArrayList<>();
    private final DataPostHook witness =
            transaction -> {
                inMemory.add(transaction.body().inMemory());
                return HookResult.DECLINED;
            };

    /** A message of so many octets, CRLF counted as two; the last line evens it out. */
    private static String message(int octets) {
        StringBuilder text = new StringBuilder("Subject: s\n\n");
        int size = text.length() + 2;
        String line = "..dots and caf\u00e9\n";
        while (size + 200 < octets) {
            text.append(line);
            size += line.length() + 2;
        }
        return text.append("x".repeat(octets - size - 2)).append('\n').toString();
    }

    private static String stored(String message) {
        byte[] octets = message.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2000000, false",
        "10000, 9999, true",
        "10000, 2000000, false",
        "4000000, 2000000, true",
        "'', 2000000, true",
        "'', 17000000, false"
    })
    void keepsSmallMessagesInMemory(String threshold, int octets, boolean small) throws Exception {
        String message = message(octets);
        try (TestServer server =
                        TestServer.builder()
                                .config("size_threshold", threshold)
                                .plugin("witness", witness)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(client.data(message).code()).isEqualTo(250);
            assertThat(client.data(message).code()).isEqualTo(503);
            client.sendAll("MAIL FROM:<a@b.c>", "RCPT TO:<user@example.com>");
            assertThat(client.data(message).code()).isEqualTo(250);
        }
        assertThat(inMemory).containsExactly(small, small);
        assertThat(mailbox.messages())
                .hasSize(2)
                .allSatisfy(m -> assertThat(m.from("Subject")).isEqualTo(stored(message)));
    }

    @Test
    void makesAFileOfASmallMessageWhenAsked() throws Exception {
        List<String> found = new CopyOnWriteArrayList<>();
        DataPostHook scanner =
                transaction -> {
                    try {
                        Path file = transaction.body().file();
                        found.add(Files.readString(file));
                        found.add(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                        Files.writeString(transaction.temporaryFile(), "scratch");
                        Files.writeString(
                                transaction.temporaryDirectory().resolve("part"), "scratch");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("scanner", scanner)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
            assertThat(client.send("QUIT").code()).isEqualTo(221);
            assertThat(client.readToEnd()).isEmpty();
            while (!server.spoolFiles().isEmpty()) {
                Thread.onSpinWait(); // a worker deletes them; the build's time limit ends this
            }
        }
        assertThat(found).containsExactly("Subject: s\r\n\r\nbody\r\n", "rw-------");
        assertThat(mailbox.message().from("Subject")).isEqualTo("Subject: s\r\n\r\nbody\r\n");
    }

    @Test
    void defersLargeMessagesWhenTheSpoolIsGone() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .config("size_threshold", "1000")
                                .config("spool_dir", "/proc/no-such-directory")
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");

            assertThat(client.data(message(2_000_000)).code()).isEqualTo(451);
            assertThat(client.send("NOOP").code()).isEqualTo(250);
            server.awaitLog("cannot write to spool directory");
        }
        assertThat(mailbox.messages()).isEmpty();
    }
}
