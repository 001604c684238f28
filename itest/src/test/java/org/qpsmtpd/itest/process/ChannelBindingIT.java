package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;

/** A proof of the password that is bound to its connection (RFC 5802 section 6). */
@Timeout(180)
class ChannelBindingIT {
    private static final String USER = "ann@example.com";
    private static final String PASSWORD = "correct-horse";

    /** The first Java that tells of the keys of a connection; -PLUS is offered from it on. */
    private static final int EXPORTING = 25;

    private final Path folder;

    ChannelBindingIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** AUTH in clear, too: gsasl finds STARTTLS only before another line. */
    private ServerUnderTest start() throws IOException {
        Map.Entry<Integer, Path> newest = Javas.found().lastEntry();
        if (newest.getKey() < EXPORTING) {
            Program.missing("a JDK from " + EXPORTING + " on in " + Javas.FOLDER);
        }
        Certificates.make(folder, "mx", "mx.example.org,DNS:localhost");
        return ServerUnderTest.builder()
                .javaHome(newest.getValue())
                .plugins(
                        "tls " + folder.resolve("mx.crt") + " " + folder.resolve("mx.key"),
                        "auth/auth_flat_file",
                        "rcpt_ok",
                        "queue/maildir MAIL")
                .file("tls_before_auth", "0")
                .file("flat_auth_pw", USER + ":" + PASSWORD)
                .start();
    }

    @Test
    void gsaslBindsToTheKeysOfTheConnection() throws IOException {
        try (ServerUnderTest server = start()) {
            assertThat(gsasl(server, PASSWORD))
                    .contains("\nSTARTTLS", "\nAUTH SCRAM-SHA-256-PLUS", "\n235 2.7.0 ");
            assertThat(gsasl(server, "wrong-pony"))
                    .contains("\nAUTH SCRAM-SHA-256-PLUS", "\n535 5.7.8 ")
                    .doesNotContain("\n235 ");
        }
    }

    private String gsasl(ServerUnderTest server, String password) {
        return Program.find("gsasl", "gsasl")
                .run(
                        "--smtp",
                        "--connect=localhost:" + server.port(),
                        "--x509-ca-file=" + folder.resolve("mx.crt"),
                        "--mechanism=SCRAM-SHA-256-PLUS",
                        "--authentication-id=" + USER,
                        "--authorization-id=",
                        "--password=" + password)
                .output();
    }

    /** Who believes another certificate has someone in between. */
    @Test
    void aClientBindsToTheCertificate() throws IOException {
        Certificates.make(folder, "other", "mx.example.org");
        try (ServerUnderTest server = start()) {
            assertThat(bound(server, PASSWORD).output()).startsWith("235 2.7.0 ");
            assertThat(bound(server, "wrong-pony").output()).startsWith("535 5.7.8 ");
            assertThat(bound(server, PASSWORD, folder.resolve("other.crt").toString()).output())
                    .startsWith("535 5.7.8 ");
        }
    }

    private Result bound(ServerUnderTest server, String password, String... certificate) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "src/test/resources/auth/scram_plus.py",
                                String.valueOf(server.port()),
                                folder.resolve("mx.crt").toString(),
                                USER,
                                password));
        words.addAll(List.of(certificate));
        return Program.find("python3", "python3").run(words);
    }
}
