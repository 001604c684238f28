package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.StoredMessage;

/** A clock of the machine that is set an hour forward, and back, while the server runs. */
@Timeout(240)
class ClockStepIT {
    private static final List<Integer> STEPS = List.of(3600, -3600, 0, -3600);

    private final Path folder;
    private final Path clock;
    private final Path log;

    ClockStepIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.clock = folder.resolve("clock");
        this.log = folder.resolve("log");
        set(0);
    }

    /** Sets the server's clock so many seconds ahead of the right time. */
    private void set(long ahead) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(ahead);
        try (FileChannel file =
                FileChannel.open(clock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(octets.flip(), 0);
        }
    }

    private ServerUnderTest start() {
        Path library = folder.resolve("clock-step.so");
        Program.Result made =
                Program.find("gcc", "gcc")
                        .run(
                                "-shared",
                                "-fPIC",
                                "-nostdlib",
                                "-o",
                                library.toString(),
                                Path.of("src/test/resources/clock-step.c").toString());
        assertThat(made.status()).as(made.output()).isZero();
        return ServerUnderTest.builder()
                .environment("LD_PRELOAD", library.toString())
                .environment("CLOCK_STEP", clock.toString())
                .plugins("rcpt_ok", "queue/maildir MAIL")
                .file("logging", "logging/warn 6", "logging/file loglevel 7 " + log)
                .start();
    }

    @Test
    void aStepEndsNothingAndStopsNothing() throws IOException {
        try (ServerUnderTest server = start();
                SmtpDialogue open = server.connect();
                SmtpDialogue sending = server.connect()) {
            open.hello();
            sending.hello();
            sending.envelope(Mail.SENDER, Mail.RECIPIENT);
            sending.send("DATA").expect(354);
            sending.sendText("Subject: over all steps\r\n\r\n").awaitRead();
            for (int i = 0; i < STEPS.size(); i++) {
                set(STEPS.get(i));
                Mail.deliver(open, "as before " + i);
                Mail.deliver(server, "anew " + i);
                assertThat(secondsAhead(server, "anew " + i))
                        .isBetween(STEPS.get(i) - 120L, STEPS.get(i) + 120L);
                changeConfiguration(server, open, "domain" + i + ".example");
                changePlugins(server, i);
            }
            assertThat(sending.command(".").code()).isEqualTo(250);
            assertThat(server.maildir().messages()).hasSize(2 * STEPS.size() + 1);
            assertThat(Console.run(server, "connections")).contains("127.0.0.1");
        }
    }

    /** By how much the time in our Received field is ahead of the right time. */
    private static long secondsAhead(ServerUnderTest server, String subject) {
        StoredMessage message =
                server.maildir().messages().stream()
                        .filter(each -> each.contentText().contains("Subject: " + subject + "\n"))
                        .findFirst()
                        .orElseThrow();
        String received = message.trace("Received");
        String date = received.substring(received.lastIndexOf(';') + 1).strip();
        Instant said = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        return Duration.between(Instant.now(), said).toSeconds();
    }

    /** What is written into a file counts soon, whatever the clock says. */
    private static void changeConfiguration(
            ServerUnderTest server, SmtpDialogue open, String domain) {
        server.writeConfig("rcpthosts", "example.com", domain);
        open.command("RSET");
        open.command("MAIL FROM:<" + Mail.SENDER + ">");
        Eventually.holds(
                "mail for " + domain,
                () -> open.command("RCPT TO:<amy@" + domain + ">").code() == 250);
        open.command("RSET");
    }

    /** The same for the deploy folder; and the log goes on. */
    private void changePlugins(ServerUnderTest server, int step) throws IOException {
        long logged = Files.size(log);
        Path part = server.deploy().resolveSibling("strict.part");
        Files.writeString(part, "limit = " + (step + 1) + "\n");
        Files.move(
                part,
                server.deploy().resolve("count_unrecognized_commands-strict.cfg"),
                StandardCopyOption.REPLACE_EXISTING);
        server.awaitLog("generation " + (step + 2));
        Eventually.holds("more in " + log, () -> Files.size(log) > logged);
    }
}
