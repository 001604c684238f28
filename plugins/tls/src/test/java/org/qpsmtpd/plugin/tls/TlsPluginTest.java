package org.qpsmtpd.plugin.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.TestServer;

@Timeout(120)
class TlsPluginTest {
    static {
        // As the launcher does, before anything else makes the JDK read it.
        System.setProperty("jdk.tls.server.disableExtensions", "server_name");
    }

    private final OpenSsl openssl;

    TlsPluginTest(@TempDir Path directory) {
        openssl = new OpenSsl(directory);
    }

    @BeforeEach
    void makeKeys() throws Exception {
        openssl.pair("mx", "mx.example.org", 30);
    }

    private TlsPlugin plugin(Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(more);
        all.putIfAbsent("certificate", openssl.path("mx.crt").toString());
        all.putIfAbsent("key", openssl.path("mx.key").toString());
        return new TlsPlugin(Configs.config(TlsConfig.class, all), Map.of());
    }

    private KeyFiles files(String certificate, String key) {
        return new KeyFiles(openssl.path(certificate), openssl.path(key), Optional.empty());
    }

    /** The subject of the certificate that a client sees. */
    private static String subject(TestServer server, String askedFor) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustingManager()}, null);
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(30_000);
            if (!askedFor.isEmpty()) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new AskedFor(askedFor)));
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            X509Certificate seen = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return seen.getSubjectX500Principal().getName();
        }
    }

    /** A name that need not be one of a host. */
    private static final class AskedFor extends SNIServerName {
        AskedFor(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static final class TrustingManager implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** The plugin, for every port. */
    private static TestServer serverOf(TlsPlugin plugin) throws IOException {
        return TestServer.builder().plugin("tls", new Everywhere(plugin)).start();
    }

    private record Everywhere(TlsPlugin plugin) implements TlsHook {
        @Override
        public boolean isImplicit(int port) {
            return true;
        }

        @Override
        public boolean isReady() {
            return plugin.isReady();
        }

        @Override
        public Optional<SSLEngine> newEngine(Connection connection) {
            return plugin.newEngine(connection);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genrsa -traditional -out k.key 2048",
                "genrsa -out k.key 2048",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out k.key",
                "ecparam -name prime256v1 -genkey -out k.key",
                "ecparam -name prime256v1 -genkey -noout -out k.key"
            })
    void readsKeysAsOpensslWritesThem(String command) throws Exception {
        openssl.run(command.split(" ", -1));
        openssl.run(
                "req", "-x509", "-key", "k.key", "-out", "k.crt", "-days", "3", "-subj", "/CN=k");

        assertThat(ServerKey.read(files("k.crt", "k.key")).names()).containsExactly("k");
    }

    @Test
    void readsKeyAndChainFromOneFileInAnyOrder() throws Exception {
        openssl.run(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "root.key",
                "-out",
                "root.crt",
                "-days",
                "9",
                "-subj",
                "/CN=Root");
        issue("middle", "root", "basicConstraints=CA:TRUE");
        issue("leaf", "middle", "subjectAltName=DNS:leaf.example.org,DNS:*.wild.example.org");
        StringBuilder all = new StringBuilder("some text\n");
        for (String part : List.of("root.crt", "middle.crt", "leaf.key", "leaf.crt")) {
            all.append(Files.readString(openssl.path(part)));
        }
        Files.writeString(openssl.path("all.pem"), all);

        ServerKey key = ServerKey.read(files("all.pem", "all.pem"));

        assertThat(key.chain().stream().map(one -> one.getSubjectX500Principal().getName()))
                .containsExactly("CN=leaf", "CN=middle");
        assertThat(key.isFor("leaf.example.org")).isTrue();
        assertThat(key.isFor("a.wild.example.org")).isTrue();
        assertThat(key.isFor("a.b.wild.example.org")).isFalse();
    }

    private void issue(String name, String issuer, String extension) throws Exception {
        openssl.run(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                "/CN=" + name);
        Files.writeString(openssl.path(name + ".ext"), extension + "\n");
        openssl.run(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                issuer + ".crt",
                "-CAkey",
                issuer + ".key",
                "-set_serial",
                "7",
                "-days",
                "9",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".crt");
    }

    @Test
    void saysWhatIsWrongWithFiles() throws Exception {
        openssl.pair("other", "other.example.org", 30);
        openssl.run("ec", "-in", "mx.key", "-aes256", "-passout", "pass:secret", "-out", "locked");
        openssl.run("genpkey", "-algorithm", "ed25519", "-out", "ed.key");
        Files.writeString(openssl.path("text"), "no pem");
        Files.writeString(
                openssl.path("bad"),
                "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
        fails("mx.crt", "gone", "is not there");
        fails("mx.crt", "text", "has no line -----BEGIN");
        fails("mx.crt", "bad", "cannot be used");
        fails("mx.crt", "ed.key", "neither RSA nor EC");
        fails("mx.crt", "locked", "passphrase");
        fails("mx.crt", "other.key", "does not fit the certificate");
        fails("mx.crt", "mx.crt", "there is no private key in it");
        fails("mx.key", "mx.key", "there is no certificate in it");
    }

    private void fails(String certificate, String key, String why) {
        assertThatThrownBy(() -> ServerKey.read(files(certificate, key)))
                .isInstanceOf(KeyFault.class)
                .hasMessageContaining(openssl.path(key).toString())
                .hasMessageContaining(why);
    }

    @Test
    void isInertWithoutACertificate() {
        TlsPlugin plugin = plugin(Map.of("certificate", "/nowhere/mx.crt"));
        assertThat(plugin.isReady()).isFalse();
        assertThat(plugin.newEngine(FakeConnection.create())).isEmpty();
        plugin.close();
    }

    @Test
    void takesACertificateThatAppearsOnceItRests() throws Exception {
        Certificates certificates = new Certificates(List.of(files("new.crt", "new.key")));
        openssl.pair("new", "new.example.org", 30);
        assertThat(certificates.context()).isEmpty();
        certificates.look();
        assertThat(certificates.context()).isEmpty();
        certificates.look();
        assertThat(certificates.context()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "unfit", "expired", "damaged"})
    void keepsTheOldCertificateWhenTheNewOneCannotBeUsed(String fault) throws Exception {
        Certificates certificates = new Certificates(List.of(files("mx.crt", "mx.key")));
        Optional<SSLContext> before = certificates.context();
        switch (fault) {
            case "gone" -> Files.delete(openssl.path("mx.key"));
            case "unfit" ->
                    openssl.run("ecparam", "-name", "prime256v1", "-genkey", "-out", "mx.key");
            case "expired" -> openssl.pair("mx", "mx.example.org", -1);
            default -> Files.writeString(openssl.path("mx.crt"), "nothing");
        }
        certificates.look();
        certificates.look();
        assertThat(certificates.context()).isPresent().isEqualTo(before);

        openssl.pair("mx", "mx.example.org", 60);
        certificates.look();
        certificates.look();
        assertThat(certificates.context()).isPresent().isNotEqualTo(before);
    }

    @Test
    void showsNewClientsTheNewCertificate() throws Exception {
        TlsPlugin plugin = plugin(Map.of());
        try (TestServer server = serverOf(plugin)) {
            assertThat(subject(server, "")).isEqualTo("CN=mx.example.org");
            openssl.pair("mx", "renewed.example.org", 30);
            plugin.certificates().look();
            plugin.certificates().look();
            assertThat(subject(server, "")).isEqualTo("CN=renewed.example.org");
        }
        plugin.close();
    }

    @Test
    void choosesTheCertificateByName() throws Exception {
        openssl.pair("second", "mail.example.net", 30);
        String second = openssl.path("second.crt") + "," + openssl.path("second.key");
        TlsPlugin plugin = plugin(Map.of("sni", new String[] {second}));
        try (TestServer server = serverOf(plugin)) {
            assertThat(subject(server, "MAIL.example.net")).isEqualTo("CN=mail.example.net");
            assertThat(subject(server, "mx.example.org")).isEqualTo("CN=mx.example.org");
            assertThat(subject(server, "unknown.example.org")).isEqualTo("CN=mx.example.org");
            assertThat(subject(server, "")).isEqualTo("CN=mx.example.org");
        }
        plugin.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mail_server",
                "mx.example.org.",
                "[::1]",
                "192.0.2.1",
                ".",
                "a\\",
                "m\u00fcnchen.example",
                "\u00ff\u0000",
                "*.example.net"
            })
    void hasTheFirstCertificateForAnyOtherName(String askedFor) throws Exception {
        openssl.pair("second", "mail.example.net", 30);
        String second = openssl.path("second.crt") + "," + openssl.path("second.key");
        TlsPlugin plugin = plugin(Map.of("sni", new String[] {second}));
        try (TestServer server = serverOf(plugin)) {
            assertThat(subject(server, askedFor)).isEqualTo("CN=mx.example.org");
            assertThat(subject(server, "mail.example.net.")).isEqualTo("CN=mail.example.net");
        }
        plugin.close();
    }

    @Test
    void looksInTheConfigurationOfItsServer(@TempDir Path config) throws Exception {
        Path ssl = Files.createDirectory(config.resolve("ssl"));
        Files.copy(openssl.path("mx.crt"), ssl.resolve("qpsmtpd-server.crt"));
        Files.copy(openssl.path("mx.key"), ssl.resolve("qpsmtpd-server.key"));
        TlsConfig nothing = Configs.config(TlsConfig.class, Map.of());

        TlsPlugin plugin = new TlsPlugin(nothing, Map.of("qpsmtpd.config_dir", config.toString()));

        assertThat(plugin.isReady()).isTrue();
        plugin.close();
    }

    @Test
    void pathsOfAServerInAHostStartAtItsConfiguration() {
        KeyFiles.Places host = new KeyFiles.Places("/etc/one", Optional.empty());
        KeyFiles.Places own = new KeyFiles.Places("/etc/one", Optional.of("/opt/qpsmtpd"));

        assertThat(KeyFiles.parse("ssl/a.pem", host).certificate())
                .isEqualTo(Path.of("/etc/one/ssl/a.pem"));
        assertThat(KeyFiles.parse("ssl/a.pem", own).certificate())
                .isEqualTo(Path.of("/opt/qpsmtpd/ssl/a.pem"));
        assertThat(KeyFiles.of(Configs.config(TlsConfig.class, Map.of()), host).key())
                .isEqualTo(Path.of("/etc/one/ssl/qpsmtpd-server.key"));
    }

    @Test
    void refusesASniSettingWithoutFiles() {
        assertThatThrownBy(() -> KeyFiles.parse(",key", new KeyFiles.Places("", Optional.empty())))
                .hasMessage("sni ',key' is not CERTIFICATE[,KEY[,CHAIN]]");
    }

    @Test
    void beginsWithTlsOnItsPorts() {
        TlsPlugin plugin = plugin(Map.of("smtps_port", new int[] {465, 4650}));
        assertThat(plugin.isImplicit(4650)).isTrue();
        assertThat(plugin.isImplicit(25)).isFalse();
        plugin.close();
    }

    private static List<ConfigLine> line(String text) {
        return List.of(new ConfigLine(text, "file", 1));
    }

    @Test
    void agreesToStrongSuitesOnly() {
        List<String> usual = CipherSuites.parse(List.of());
        assertThat(usual).hasSize(9).allMatch(name -> !name.contains("_CBC_"));
        assertThat(CipherSuites.parse(line("HIGH"))).isEqualTo(usual);
        assertThat(CipherSuites.parse(line("HIGH:!aNULL:!MD5:@STRENGTH"))).isEqualTo(usual);
        assertThat(CipherSuites.parse(line("nonsense"))).isEqualTo(usual);
    }

    @Test
    void readsListsAsOpensslDoes() {
        assertThat(tls12("ECDHE+AESGCM:!ECDSA"))
                .containsExactly(
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(tls12("ECDHE-RSA-AES256-SHA:AES128-SHA256"))
                .containsExactly(
                        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA256");
        assertThat(tls12("ECDHE-RSA-CHACHA20-POLY1305"))
                .containsExactly("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        assertThat(tls12("ALL:-CHACHA20:!kRSA:+AES256"))
                .noneMatch(name -> name.contains("CHACHA") || name.startsWith("TLS_RSA"))
                .last()
                .asString()
                .contains("AES_256");
    }

    private static List<String> tls12(String text) {
        List<String> all = CipherSuites.parse(line(text));
        return new ArrayList<>(all.subList(3, all.size()));
    }

    @Test
    void speaksNothingBelowTls12() {
        assertThat(Protocols.parse(List.of())).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(Protocols.parse(line("SSLv23:!SSLv2:!SSLv3")))
                .containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(Protocols.parse(line("SSLv23:!TLSv1_2"))).containsExactly("TLSv1.3");
        assertThat(Protocols.parse(line("TLSv1_2"))).containsExactly("TLSv1.2");
        assertThat(Protocols.parse(line("TLSv1:SSLv3"))).containsExactly("TLSv1.3", "TLSv1.2");
    }

    @Test
    void givesTheEngineWhatIsAgreedTo() {
        TlsPlugin plugin = plugin(Map.of());
        SSLEngine engine = plugin.newEngine(FakeConnection.create()).orElseThrow();
        assertThat(engine.getUseClientMode()).isFalse();
        assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(engine.getEnabledCipherSuites()).hasSize(9);
        assertThat(engine.getSSLParameters().getApplicationProtocols())
                .containsExactly("smtp", "esmtp");
        plugin.close();
    }
}
