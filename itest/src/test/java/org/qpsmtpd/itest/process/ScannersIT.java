package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/** The plugins of scanners with the scanners themselves. */
@Timeout(240)
class ScannersIT {
    private static Scanners scanners;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        scanners = new Scanners(folder);
        server = ServerUnderTest.builder().plugins(scanners.lines()).start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (scanners != null) {
            scanners.close();
        }
    }

    private static SmtpReply send(String subject, String body) {
        return send(server, subject, body);
    }

    private static SmtpReply send(ServerUnderTest to, String subject, String body) {
        String message =
                "From: joe@example.net\r\nDate: Mon, 30 Nov 2026 12:00:00 +0000\r\n"
                        + "Message-Id: <1@example.net>\r\nSubject: "
                        + subject
                        + "\r\n\r\n"
                        + body
                        + "\r\n";
        try (SmtpDialogue session = to.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    /** The only message; what the scanners add stands above the trace fields. */
    private static String stored() throws IOException {
        try (Stream<Path> files = Files.list(server.maildir().path().resolve("new"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    @Test
    void refusesWhatTheScannersFind() throws Exception {
        assertThat(send("gtube", Scanners.GTUBE).toString())
                .startsWith("552")
                .contains("spam score exceeded threshold");
        assertThat(send("eicar", Scanners.EICAR).toString())
                .startsWith("552")
                .contains("Virus found: Test.Eicar.UNOFFICIAL");
        String lines = "0123456789abcdef\r\n".repeat(20_000);
        assertThat(send("long", lines + Scanners.EICAR + "\r\n" + lines).toString())
                .contains("Virus found: Test.Eicar.UNOFFICIAL");
        assertThat(send("clean", "hello").code()).isEqualTo(250);
        assertThat(stored())
                .contains("X-Spam-Status: No, score=", "X-Virus-Found: No", "by ClamAV");
        newSignaturesCount();
        clamdReadsTheFileThatIsOpenHere();
        nothingPassesWithoutClamd();
    }

    private static void clamdReadsTheFileThatIsOpenHere() {
        String lines = "0123456789abcdef\r\n".repeat(2_000);
        ServerUnderTest.Builder passing =
                ServerUnderTest.builder()
                        .plugins(
                                "rcpt_ok",
                                scanners.clamdLine() + " scan_by fdpass",
                                "queue/discard")
                        .file("size_threshold", "1000");
        try (ServerUnderTest other = passing.start()) {
            assertThat(send(other, "virus", lines + Scanners.EICAR).toString())
                    .contains("Virus found: Test.Eicar.UNOFFICIAL");
            assertThat(send(other, "clean", lines).code()).isEqualTo(250);
        }
    }

    private static void newSignaturesCount() throws Exception {
        assertThat(send("before", "a new worm of 2026").code()).isEqualTo(250);
        scanners.addSignature("Test.New", "a new worm of 2026");
        scanners.reload();

        Eventually.get(
                "the new signature to count",
                () -> send("after", "a new worm of 2026").toString(),
                reply -> reply.contains("Virus found: Test.New.UNOFFICIAL"));
    }

    private static void nothingPassesWithoutClamd() throws Exception {
        scanners.killClamd();

        assertThat(send("away", "hello").toString())
                .startsWith("452")
                .contains("Unable to scan for viruses");
        assertThat(server.awaitLog("is it running, and listening there?"))
                .contains("virus/clamdscan: error: not scanned: clamd at ");
        assertThat(Console.run(server, "plugins", "--figures"))
                .contains("not_scanned_away", "signatures");
    }
}
