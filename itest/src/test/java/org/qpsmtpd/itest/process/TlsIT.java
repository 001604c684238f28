package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;

/** Encryption as real clients see it. */
@Timeout(240)
class TlsIT {
    private final Program openssl = Program.find("openssl", "openssl");
    private final Path keys;

    TlsIT(@TempDir Path keys) {
        this.keys = keys;
    }

    @BeforeEach
    void makeKeys() {
        pair("mx", "mx.example.org");
        pair("net", "mail.example.net");
    }

    private void pair(String name, String host) {
        Certificates.make(keys, name, host);
    }

    private String line(String more) {
        return "tls " + keys.resolve("mx.crt") + " " + keys.resolve("mx.key") + " " + more;
    }

    private ServerUnderTest.Builder builder(String more) {
        return ServerUnderTest.builder().plugins(line(more), "rcpt_ok", "queue/maildir MAIL");
    }

    private static Result swaks(int port, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--server",
                                "127.0.0.1:" + port,
                                "--from",
                                "joe@example.net",
                                "--to",
                                "someone@example.com",
                                "--helo",
                                "client.test",
                                "--timeout",
                                "30"));
        all.addAll(List.of(more));
        return Program.find("swaks", "swaks").run(all);
    }

    private Result client(int port, String more) {
        List<String> all =
                new ArrayList<>(List.of("s_client", "-connect", "127.0.0.1:" + port, "-brief"));
        all.addAll(Arrays.asList(more.split(" ", -1)));
        return openssl.run(all);
    }

    @Test
    void takesMailAfterStarttlsAndFromTheFirstOctet() throws Exception {
        int port = FreePort.take();
        try (ServerUnderTest clear = builder("").start();
                ServerUnderTest encrypted =
                        builder("smtps_port " + port)
                                .options("--port", Integer.toString(port))
                                .start()) {
            Result after = swaks(clear.port(), "--tls");
            assertThat(after.status()).as(after.output()).isZero();
            Result first = swaks(encrypted.port(), "--tls-on-connect");
            assertThat(first.status()).as(first.output()).isZero();
            for (ServerUnderTest server : List.of(clear, encrypted)) {
                assertThat(text(server.mail()))
                        .containsPattern("with ESMTPS \\(TLS_[A-Z0-9_]+ encrypted\\) id ");
            }
            Result plain = swaks(clear.port());
            assertThat(plain.status()).as(plain.output()).isZero();
        }
    }

    private static String text(Path maildir) throws IOException {
        try (var files = Files.list(maildir.resolve("new"))) {
            return Files.readString(files.findFirst().orElseThrow());
        }
    }

    @Test
    void speaksNothingOldAndNothingWeak() throws Exception {
        try (ServerUnderTest server = builder("").start()) {
            int port = server.port();
            assertThat(client(port, "-starttls smtp -tls1_3").output()).contains("TLSv1.3");
            assertThat(client(port, "-starttls smtp -tls1_2").output()).contains("TLSv1.2");
            for (String refused :
                    List.of(
                            "-tls1_1 -cipher ALL:@SECLEVEL=0",
                            "-tls1 -cipher ALL:@SECLEVEL=0",
                            "-tls1_2 -cipher kRSA:@SECLEVEL=0",
                            "-tls1_2 -cipher SHA1:@SECLEVEL=0",
                            "-tls1_2 -cipher aNULL:@SECLEVEL=0",
                            "-tls1_3 -alpn http/1.1")) {
                Result result = client(port, "-starttls smtp " + refused);
                assertThat(result.status()).as("%s:%n%s", refused, result.output()).isNotZero();
            }
            assertThat(client(port, "-starttls smtp -tls1_3 -alpn smtp").status()).isZero();
        }
    }

    @Test
    void testsslFindsNoOldProtocolAndNoWeakSuite() throws Exception {
        try (ServerUnderTest server = builder("").start()) {
            Result found =
                    Program.find("testssl", "testssl.sh")
                            .runLong(
                                    List.of(
                                            "--starttls",
                                            "smtp",
                                            "--protocols",
                                            "--std",
                                            "--quiet",
                                            "--color",
                                            "0",
                                            "--warnings",
                                            "off",
                                            "--nodns",
                                            "none",
                                            "127.0.0.1:" + server.port()));
            for (String old : List.of("SSLv2", "SSLv3", "TLS 1", "TLS 1.1")) {
                assertThat(found.output()).containsPattern("(?m)^ " + old + " +not offered");
            }
            for (String current : List.of("TLS 1.2", "TLS 1.3")) {
                assertThat(found.output())
                        .containsPattern("(?m)^ " + current + " +offered \\(OK\\)");
            }
            List<String> weak =
                    List.of(
                            "NULL ciphers",
                            "Anonymous NULL",
                            "Export ciphers",
                            "LOW:",
                            "Triple DES",
                            "Obsolete CBC");
            for (String category : weak) {
                assertThat(found.output()).containsPattern("(?m)^ " + category + ".* not offered");
            }
            assertThat(found.output())
                    .containsPattern("(?m)^ Strong encryption.* offered \\(OK\\)");
        }
    }

    @Test
    void aRenewedCertificateIsTakenOnceThereAreDescriptors() {
        try (ServerUnderTest server = builder("").start()) {
            try (NoDescriptors none = NoDescriptors.in(server)) {
                assertThat(none).isNotNull();
                pair("mx", "renewed.example.org");
                server.awaitLog("Too many open files; the certificate before it stays in use");
            }
            server.awaitLog("in use, for [renewed.example.org]");
        }
    }

    @Test
    void choosesByNameAndTakesRenewedCertificates() throws Exception {
        String further = "sni \"" + keys.resolve("net.crt") + "," + keys.resolve("net.key") + "\"";
        try (ServerUnderTest server = builder(further).start()) {
            int port = server.port();
            String other = "-starttls smtp -servername ";
            assertThat(client(port, other + "mail.example.net").output())
                    .containsPattern("CN ?= ?mail.example.net");
            assertThat(client(port, other + "mx.example.org").output())
                    .containsPattern("CN ?= ?mx.example.org");
            for (String odd : List.of("odd\\", "mail_server", "mx.example.org.", "[::1]", "-")) {
                assertThat(client(port, other + odd).output())
                        .as(odd)
                        .containsPattern("CN ?= ?mx.example.org");
            }

            Files.copy(
                    keys.resolve("net.key"),
                    keys.resolve("mx.key"),
                    StandardCopyOption.REPLACE_EXISTING);
            server.awaitLog("does not fit the certificate");
            server.awaitLog("the certificate before it stays in use");
            assertThat(client(port, other + "mx.example.org").output())
                    .containsPattern("CN ?= ?mx.example.org");

            pair("mx", "renewed.example.org");
            server.awaitLog("in use, for [renewed.example.org]");
            assertThat(client(port, other + "renewed.example.org").output())
                    .containsPattern("CN ?= ?renewed.example.org");
        }
    }

    /** Nobody asks for it, so whatever it is does not matter. */
    @Test
    void takesClientsThatHaveCertificates() throws Exception {
        String names = ",DNS:" + "n".repeat(60) + ".example.net";
        Certificates.make(keys, "huge", "client.example.net" + names.repeat(200));
        String own = " -key " + keys.resolve("huge.key") + " -cert " + keys.resolve("huge.crt");
        int port = FreePort.take();
        try (ServerUnderTest clear = builder("").start();
                ServerUnderTest encrypted =
                        builder("smtps_port " + port)
                                .options("--port", Integer.toString(port))
                                .start()) {
            for (String protocol : List.of("-tls1_2", "-tls1_3")) {
                Result after = client(clear.port(), "-starttls smtp " + protocol + own);
                assertThat(after.status()).as(after.output()).isZero();
                Result first = client(encrypted.port(), protocol + own);
                assertThat(first.status()).as(first.output()).isZero();
            }
        }
    }

    @Test
    void takesTheCertificateThatTlsCertMakes() {
        try (ServerUnderTest server =
                ServerUnderTest.builder().plugins("tls", "rcpt_ok", "queue/maildir MAIL").start()) {
            server.awaitLog("TLS is not offered");
            Program maker = new Program(ServerUnderTest.home().resolve("bin/tls_cert"));
            List<String> words = List.of("--CN", "made.example.org", "--O", "An Organization");
            List<String> where = List.of("QPSMTPD_CONFIG=" + server.config());
            Result made = maker.run(words, where);
            assertThat(made.status()).as(made.output()).isZero();
            assertThat(maker.run(words, where).output()).contains("is there already");
            server.awaitLog("in use, for [made.example.org]");
            assertThat(client(server.port(), "-starttls smtp").output())
                    .containsPattern("CN ?= ?made.example.org");
        }
    }

    @Test
    void saysWhatIsMissingAndGoesOnWithoutTls() {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("tls /nowhere/mx.crt", "rcpt_ok", "queue/maildir MAIL")
                        .start()) {
            server.awaitLog("/nowhere/mx.crt: is not there");
            server.awaitLog("TLS is not offered");
            assertThat(swaks(server.port(), "--tls").status()).isNotZero();
            assertThat(swaks(server.port()).status()).isZero();
        }
    }
}
