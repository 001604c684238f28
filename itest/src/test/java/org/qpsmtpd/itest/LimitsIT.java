package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bounds that need more than a transcript can say. */
class LimitsIT {
    @Test
    void takesAsManyRecipientsAsItAnnounces() {
        try (ServerUnderTest server = start("rcptmax", "100")) {
            try (SmtpDialogue smtp = server.connect()) {
                assertThat(smtp.hello().lines()).contains("LIMITS RCPTMAX=100");
                smtp.send("MAIL FROM:<joe@b.test>");
                smtp.expect(250);
                for (int i = 0; i < 100; i++) {
                    smtp.send("RCPT TO:<r" + i + "@example.com>");
                    smtp.expect(250, "2.1.5");
                }
                smtp.send("RCPT TO:<r100@example.com>");
                smtp.expect(452, "4.5.3", "Too many recipients");
                assertThat(smtp.data(message()).code()).isEqualTo(250);
            }
            assertThat(server.maildir().onlyMessage().deliveredTo())
                    .hasSize(100)
                    .startsWith("r0@example.com")
                    .endsWith("r99@example.com");
        }
    }

    @Test
    void answersAFloodOfPipelinedCommandsOneByOne() {
        int count = 100_000;
        try (ServerUnderTest server = start("loglevel", "4");
                SmtpDialogue smtp = server.connect()) {
            smtp.hello();
            byte[] flood = "NOOP\r\n".repeat(count).getBytes(StandardCharsets.US_ASCII);
            CompletableFuture<SmtpDialogue> sent =
                    CompletableFuture.supplyAsync(() -> smtp.sendBytes(flood));
            for (int i = 0; i < count; i++) {
                smtp.expect(250);
            }
            sent.join();
            smtp.send("QUIT");
            smtp.expect(221);
            smtp.expectClosed();
        }
    }

    @Test
    void servesOthersWhileAClientSendsALineWithoutEnd() {
        try (ServerUnderTest server = start("databytes", "1000000");
                SmtpDialogue endless = server.connect();
                SmtpDialogue other = server.connect()) {
            endless.expect(220);
            byte[] piece = "x".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 200; i++) {
                endless.sendBytes(piece);
            }
            other.hello();
            endless.send("");
            endless.expect(500, "5.5.2", "Line too long");
            endless.send("NOOP");
            endless.expect(250);
        }
    }

    @Test
    void throwsTheRestOfATooBigMessageAway() {
        try (ServerUnderTest server = start("databytes", "1000000")) {
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                smtp.envelope("joe@b.test", "amy@example.com");
                smtp.send("DATA");
                smtp.expect(354);
                byte[] piece =
                        "MAIL FROM:<evil@b.test>\r\n"
                                .repeat(40_000)
                                .getBytes(StandardCharsets.US_ASCII);
                smtp.sendText("Subject: x\r\n\r\n");
                for (int i = 0; i < 100; i++) {
                    smtp.sendBytes(piece);
                }
                smtp.sendText(".\r\n");
                smtp.expect(552, "5.3.4", "Message too big!");
                smtp.expectNothingMore();
            }
            assertThat(server.maildir().messages()).isEmpty();
            assertThat(server.log()).doesNotContain("evil");
        }
    }

    private static ServerUnderTest start(String name, String value) {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/maildir MAIL")
                .file(name, value)
                .start();
    }

    private static byte[] message() {
        return "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII);
    }
}
