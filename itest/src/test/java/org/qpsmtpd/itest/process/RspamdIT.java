package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** The plugin rspamd with rspamd itself, at a socket and behind it at a port. */
@Timeout(240)
class RspamdIT {
    private static RspamdServer rspamd;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        rspamd = new RspamdServer(folder);
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "rcpt_ok",
                                "rspamd on_error defer rspamd_socket " + rspamd.socket(),
                                "rspamd:1 on_error defer settings_id strict headers none sign"
                                        + " no rewrite_subject accept rspamd_socket "
                                        + rspamd.port(),
                                "queue/maildir MAIL")
                        .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (rspamd != null) {
            rspamd.close();
        }
    }

    private static SmtpReply send(String subject, String body) {
        String message =
                "From: joe@example.net\r\nX-Old: 1\r\nSubject: "
                        + subject
                        + "\r\n\r\n"
                        + body
                        + "\r\n";
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    /** The message with that subject, which must have been accepted. */
    private static String stored(String subject) throws IOException {
        try (Stream<Path> files = Files.list(server.maildir().path().resolve("new"))) {
            return files.map(RspamdIT::read)
                    .filter(message -> message.contains("Subject: " + subject + "\n"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void doesWhatRspamdWants() throws Exception {
        assertThat(send("gtube", Scanners.GTUBE).toString())
                .startsWith("552")
                .contains("Gtube pattern");
        assertThat(send("soft", "hello").toString()).startsWith("452").contains("Come again");
        assertThat(send("plain", "hello").code()).isEqualTo(250);
        assertThat(stored("plain"))
                .contains("X-Rspamd-Status: No, score=0.00 required=15.00 action=no action\n")
                .contains("X-Old: 1\n");
        isSigned(stored("plain"), "hello\r\n");
        isMarked();
        isChanged();
        nothingPassesWithoutRspamd();
    }

    private static void isSigned(String message, String body) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(US_ASCII));
        assertThat(message)
                .contains("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.net;")
                .contains("bh=" + Base64.getEncoder().encodeToString(digest) + ";");
    }

    /** By the settings that the second line names it would be refused earlier. */
    private static void isMarked() throws IOException {
        assertThat(send("mark", "hello").code()).isEqualTo(250);
        assertThat(stored("mark")).contains("X-Spam: Yes\n", "X-Rspamd-Symbols: MARK(7.00)");
        assertThat(server.awaitLog("7.00 of 5.00")).contains("7.00 of 15.00");

        assertThat(send("rewrite", "hello").code()).isEqualTo(250);
        assertThat(stored("[SPAM] rewrite")).contains("X-Spam: Yes\n");
    }

    private static void isChanged() throws IOException {
        assertThat(send("changes", "hello").code()).isEqualTo(250);
        assertThat(stored("changes"))
                .contains("X-Top: two\n", "X-Last: one\n")
                .doesNotContain("X-Old");
    }

    private static void nothingPassesWithoutRspamd() {
        rspamd.close();

        assertThat(send("away", "hello").toString())
                .startsWith("452")
                .contains("Unable to scan for spam");
        assertThat(Console.run(server, "plugins", "--figures")).contains("not_scanned_away");
    }
}
