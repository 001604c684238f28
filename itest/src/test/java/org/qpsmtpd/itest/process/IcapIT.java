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

/** The plugin virus/icap with c-icap: its scanner, and its echo, which sends messages back. */
@Timeout(240)
class IcapIT {
    private static IcapServer icap;
    private static ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        icap = new IcapServer(folder);
        String where = " on_error defer icap_server " + icap.address();
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "rcpt_ok",
                                "virus/icap:1 icap_service echo preview no" + where,
                                "virus/icap:2 icap_service avscan method reqmod"
                                        + " deny_viruses no"
                                        + where,
                                "virus/icap icap_service avscan" + where,
                                "queue/maildir MAIL")
                        .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (icap != null) {
            icap.close();
        }
    }

    private static SmtpReply send(String body) {
        String message = "From: joe@example.net\r\nSubject: x\r\n\r\n" + body + "\r\n";
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            return session.data(message.getBytes(US_ASCII));
        }
    }

    private static String stored() throws IOException {
        try (Stream<Path> files = Files.list(server.maildir().path().resolve("new"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    @Test
    void refusesWhatTheServerFinds() throws Exception {
        assertThat(send("hello").code()).isEqualTo(250);
        assertThat(stored())
                .contains("X-Virus-Found: No", "X-Virus-Checked: by the ICAP service avscan on ");

        String lines = "0123456789abcdef\r\n".repeat(60_000);
        for (String before : new String[] {"", lines}) {
            assertThat(send(before + Scanners.EICAR).toString())
                    .startsWith("552")
                    .contains("Virus found: Test.Eicar.UNOFFICIAL");
            assertThat(send(before).code()).isEqualTo(250);
        }
        assertThat(server.log())
                .contains("virus/icap:2: fail, tolerated: found virus Test.Eicar")
                .contains("virus/icap:1: pass: clean");
        icap.close();

        assertThat(send("hello").toString())
                .startsWith("452")
                .contains("Unable to scan for viruses");
        assertThat(Console.run(server, "plugins", "--figures")).contains("not_scanned_away");
    }
}
