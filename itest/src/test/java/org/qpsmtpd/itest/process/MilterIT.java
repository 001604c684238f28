package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;
import org.qpsmtpd.itest.StoredMessage;

/** The plugin milter with filters of others: one that changes mail, and one that signs it. */
@Timeout(120)
class MilterIT {
    private static MailFilters filters;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        filters = new MailFilters(folder);
        server = ServerUnderTest.builder().plugins(filters.lines()).start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (filters != null) {
            filters.close();
        }
    }

    private static SmtpReply send(String subject, String body) {
        String message =
                "From: joe@example.net\r\nSubject: " + subject + "\r\n\r\n" + body + "\r\n";
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    @Test
    void doesWhatFiltersSay() throws Exception {
        try (SmtpDialogue session = server.connect()) {
            session.expect(220);
            assertThat(session.command("EHLO refused.example.net").toString())
                    .contains("550-not this one,", "550 nor another (#5.7.1)");
        }
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.command("MAIL FROM:<joe@example.net>");
            assertThat(session.command("RCPT TO:<nobody@example.com>").toString())
                    .contains("550", "5.1.1 nobody lives here");
            assertThat(session.command("RCPT TO:<" + Mail.RECIPIENT + ">").code()).isEqualTo(250);
        }
        assertThat(send("throw away", "x").code()).isEqualTo(250);
        assertThat(server.maildir().messages()).isEmpty();

        assertThat(send("hello", "0123456789\r\n".repeat(20_000)).code()).isEqualTo(250);
        StoredMessage stored = server.maildir().onlyMessage();
        assertThat(stored.deliveredTo()).containsExactly(Mail.RECIPIENT, "added@example.com");
        String message = Files.readString(stored.file());
        assertThat(message)
                .contains("sent 240002 octets", "Subject: changed", "X-Top: top", "line 99")
                .contains("DKIM-Signature:", "d=example.net; s=test")
                .doesNotContain("0123456789");
        nothingPassesWithoutAFilter();
    }

    private static void nothingPassesWithoutAFilter() throws Exception {
        filters.killFilter();

        try (SmtpDialogue session = server.connect()) {
            session.expect(220);
            assertThat(session.command("EHLO client.example.net").toString())
                    .contains("450", "The mail filter is not available");
        }
        assertThat(server.awaitLog("is it running, and listening there?"))
                .contains("error: not scanned: milter filter at ");
    }
}
