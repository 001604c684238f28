package org.qpsmtpd.plugin.auth.authcertificate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;

@Timeout(120)
final class AuthCertificatePluginTest {
    private final Path folder;

    AuthCertificatePluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private X509Certificate certificate(String subject, String names) throws Exception {
        Path file = folder.resolve("client.crt");
        ProcessBuilder openssl =
                new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-keyout",
                        "/dev/null",
                        "-out",
                        file.toString(),
                        "-days",
                        "3",
                        "-utf8",
                        "-subj",
                        subject);
        if (!names.isEmpty()) {
            openssl.command().addAll(List.of("-addext", "subjectAltName=" + names));
        }
        Process process = openssl.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(said);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static String fingerprint(X509Certificate certificate, String delimiter)
            throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        return HexFormat.ofDelimiter(delimiter).formatHex(hash);
    }

    private static String user(String name, X509Certificate certificate, String... lines) {
        AuthCertificatePlugin plugin =
                new AuthCertificatePlugin(
                        Configs.config(AuthCertificateConfig.class, Map.of("name", name)));
        FakeConnection connection = FakeConnection.create();
        connection.config().set("auth_certificates", lines);
        return plugin.userOf(connection, certificate).orElse("unknown");
    }

    @Test
    void goesByTheFile() throws Exception {
        X509Certificate certificate = certificate("/CN=ann", "email:ann@example.com");
        String plain = fingerprint(certificate, "");
        String colons = fingerprint(certificate, ":").toUpperCase(Locale.ROOT);
        String other = "0".repeat(64) + " bob";

        assertThat(user("none", certificate, other, plain + "  ann", plain + " eve"))
                .isEqualTo("ann");
        assertThat(user("none", certificate, "nonsense", colons + "\tann@example.org"))
                .isEqualTo("ann@example.org");
        assertThat(user("email", certificate, plain + " kim")).isEqualTo("kim");
        assertThat(user("none", certificate, other)).isEqualTo("unknown");
        assertThat(user("none", certificate)).isEqualTo("unknown");
    }

    @Test
    void letsNobodyInByACertificateThatIsTakenBack() throws Exception {
        X509Certificate certificate = certificate("/CN=ann", "email:ann@example.com");

        assertThat(user("email", certificate, fingerprint(certificate, "") + " -")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/CN=ann, 'email:ann@example.com', email, ann@example.com",
        "/CN=ann, 'email:ann@example.com,DNS:host.test', dns, host.test",
        "/CN=ann, 'email:ann@example.com', cn, ann",
        "/CN=ann, 'email:ann@example.com', dns, unknown",
        "/CN=ann, 'email:a@example.com,email:b@example.com', email, unknown",
        "/CN=ann, '', email, unknown",
        "/CN=ann/CN=bob, '', cn, unknown",
        "/O=CN=ann, '', cn, unknown",
        "'/O=x\\, CN=eve/CN=ann', '', cn, ann",
        "/CN=änne, '', cn, änne",
        "/O=x, '', cn, unknown"
    })
    void takesTheNameOutOfTheCertificate(String subject, String names, String name, String user)
            throws Exception {
        assertThat(user(name, certificate(subject, names))).isEqualTo(user);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "0123 ann", "", "zz ann"})
    void saysWhatIsNoFingerprint(String line) {
        assertThatThrownBy(() -> Entry.parse(line))
                .hasMessageContaining("is not the SHA-256 fingerprint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " a b", " a\u0001"})
    void saysWhatIsNoUser(String rest) {
        assertThatThrownBy(() -> Entry.parse("0".repeat(64) + rest))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("user");
    }

    @Test
    void hasTheDocumentedDefaults() {
        assertThat(Configs.config(AuthCertificateConfig.class).name()).isEqualTo("none");
        assertThatThrownBy(
                        () ->
                                new AuthCertificatePlugin(
                                        Configs.config(
                                                AuthCertificateConfig.class,
                                                Map.of("name", "serial"))))
                .hasMessageContaining("name 'serial'");
    }
}
