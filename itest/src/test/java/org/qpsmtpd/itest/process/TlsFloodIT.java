package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Clients that keep TLS busy, and never read; honest mail goes on beside them. */
@Timeout(240)
class TlsFloodIT {
    /** Answered each with a record of its own, and kept, these would be hundreds of MiB. */
    private static final int FLOOD = 100_000;

    private static final int CLIENTS = 2;
    private static final int ATTACKER = 66;
    private static final int MESSAGES = 10;
    private static final double MOST_MILLIS = 1000;

    /** Of the memory that the server has in use, in KiB. */
    private static final long MOST_GROWTH = 128 * 1024;

    private final Path keys;
    private final int clear = FreePort.take();
    private final int encrypted = FreePort.take();

    TlsFloodIT(@TempDir Path keys) throws IOException {
        this.keys = keys;
    }

    private ServerUnderTest start() {
        Certificates.make(keys, "mx", "mx.example.org");
        String tls = "tls " + keys.resolve("mx.crt") + " " + keys.resolve("mx.key");
        return ServerUnderTest.builder()
                .plugins(tls + " smtps_port " + encrypted, "rcpt_ok", "queue/maildir MAIL")
                .file("loglevel", "6")
                .options(
                        "--interface",
                        "127.0.0.1:" + encrypted,
                        "--interface",
                        "127.0.0.1:" + clear)
                .start();
    }

    private static long residentKib(ServerUnderTest server) throws Exception {
        return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    /** The median time of a session with a message, in milliseconds. */
    private double deliver() {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            long begin = System.nanoTime();
            try (SmtpDialogue session = SmtpDialogue.to(clear)) {
                session.hello();
                Mail.deliver(session, "message " + i);
            }
            times.add(System.nanoTime() - begin);
        }
        return Figures.of(times).median();
    }

    @Test
    void cutsOffThoseWhoOnlyAskForNewKeys() throws Exception {
        try (ServerUnderTest server = start()) {
            deliver();
            long before = residentKib(server);
            for (int i = 0; i < CLIENTS; i++) {
                try (RecordClient client = RecordClient.connect(Loopback.v4(ATTACKER), encrypted)) {
                    assertThat(client.changeKeys(FLOOD)).isLessThan(FLOOD);
                    server.awaitLog("32 TLS records in a row had no data");
                }
            }
            assertThat(deliver()).isLessThan(MOST_MILLIS);
            assertThat(residentKib(server) - before).isLessThan(MOST_GROWTH);
        }
    }

    /** Neither commands nor records without data are read while replies are not taken. */
    @Test
    void readsNoFurtherWhileItsAnswersAreNotTaken() throws Exception {
        try (ServerUnderTest server = start()) {
            deliver();
            long before = residentKib(server);
            List<RecordClient> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                RecordClient client = RecordClient.connect(Loopback.v4(ATTACKER), encrypted);
                clients.add(client);
                assertThat(client.repeat("EHLO client.test", FLOOD)).isLessThan(FLOOD);
                assertThat(client.changeKeys(FLOOD)).isLessThan(FLOOD);
            }
            assertThat(deliver()).isLessThan(MOST_MILLIS);
            assertThat(residentKib(server) - before).isLessThan(MOST_GROWTH);
            for (RecordClient client : clients) {
                client.close();
            }
            assertThat(deliver()).isLessThan(MOST_MILLIS);
        }
    }
}
