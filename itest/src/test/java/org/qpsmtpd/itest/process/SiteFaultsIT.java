package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Maildir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.SmtpReply;

/**
 * Configurations that qpsmtpd understands in one way, and that are easily understood in another:
 * the server is started with each as it is, and does as qpsmtpd does.
 */
@Timeout(120)
class SiteFaultsIT {
    private static final Path FAULTS = Path.of("../../shared/configs/faults");

    @BeforeAll
    static void findThem() {
        Assumptions.assumeTrue(Files.isDirectory(FAULTS), "../shared/configs is not there");
    }

    private static ServerUnderTest.Builder site(String name) {
        return ServerUnderTest.builder().configFrom(FAULTS.resolve(name));
    }

    private static SmtpReply rcpt(ServerUnderTest server, String sender, String recipient) {
        try (SmtpDialogue client = server.connect()) {
            client.hello();
            SmtpReply toMail = client.command("MAIL FROM:<" + sender + ">");
            return toMail.code() == 250 ? client.command("RCPT TO:<" + recipient + ">") : toMail;
        }
    }

    @Test
    void qmailsFilesStandInForThoseThatAreMissing() {
        Path qmail = FAULTS.resolve("01-qmail-control-shadowed/qmail").toAbsolutePath().normalize();
        try (ServerUnderTest server =
                site("01-qmail-control-shadowed").environment("QMAIL", qmail.toString()).start()) {
            try (SmtpDialogue client = server.connect()) {
                assertThat(client.expect(220).text()).startsWith("mx.qm.example.com ");
                assertThat(client.command("EHLO client.test").lines()).contains("SIZE 1000");
            }
            assertThat(rcpt(server, "bad@example.net", "x@qm.example.com").code()).isEqualTo(550);
            assertThat(rcpt(server, Mail.SENDER, "x@qm.example.com").code()).isEqualTo(250);
            assertThat(rcpt(server, Mail.SENDER, "x@example.com").code()).isEqualTo(550);
        }
    }

    @Test
    void relayOnlyRefusesOthers() {
        try (ServerUnderTest server = site("02-relay-only").start()) {
            assertThat(rcpt(server, Mail.SENDER, "x@example.com").text())
                    .startsWith("relaying denied");
        }
        try (ServerUnderTest server =
                site("02-relay-only").file("relayclients", "127.0.0.1").start()) {
            assertThat(rcpt(server, Mail.SENDER, "x@example.com").code()).isEqualTo(250);
        }
    }

    @Test
    void filesOfPatternsAreRead() {
        try (ServerUnderTest server = site("03-patterns-files").start()) {
            assertThat(rcpt(server, "x@bad.example.org", "x@example.com").text())
                    .startsWith("bad sender");
            assertThat(rcpt(server, Mail.SENDER, "spam1@example.com").text())
                    .startsWith("no spam please");
            assertThat(rcpt(server, Mail.SENDER, "x@example.com").code()).isEqualTo(250);
        }
    }

    @Test
    void wordsWithoutMeaningStopNoMail() {
        try (ServerUnderTest server = site("05-words-perl-ignores").start()) {
            assertThat(data(server, "From: joe@example.net\r\nDate: " + now()).code())
                    .isEqualTo(250);
            SmtpReply undated = data(server, "From: joe@example.net");
            assertThat(undated.code()).isEqualTo(452);
            assertThat(undated.text()).startsWith("We require a valid Date header");
        }
    }

    private static SmtpReply data(ServerUnderTest server, String header) {
        try (SmtpDialogue client = server.connect()) {
            client.hello();
            client.envelope(Mail.SENDER, Mail.RECIPIENT);
            return client.data((header + "\r\n\r\nbody\r\n").getBytes(US_ASCII));
        }
    }

    private static String now() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
    }

    /** The path itself would be of this machine, so the test has another in its place. */
    @Test
    void quotationMarksAreNotOfThePath(@TempDir Path folder) throws IOException {
        String[] plugins =
                Files.readString(FAULTS.resolve("06-quoted-path/plugins"))
                        .replace("/var/mail/q", folder.resolve("q").toString())
                        .split("\n");
        assertThat(plugins).contains("queue/maildir \"" + folder + "/q\"");
        try (ServerUnderTest server = site("06-quoted-path").file("plugins", plugins).start()) {
            Mail.deliver(server, "quoted");
        }
        assertThat(new Maildir(folder.resolve("q")).messages()).hasSize(1);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("q"));
        }
    }
}
