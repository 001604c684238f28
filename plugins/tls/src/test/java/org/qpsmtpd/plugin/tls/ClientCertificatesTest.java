package org.qpsmtpd.plugin.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.hook.AuthCertificateHook;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

@Timeout(180)
class ClientCertificatesTest {
    static {
        // As the launcher does, before anything else makes the JDK read it.
        System.setProperty("jdk.tls.server.disableExtensions", "server_name");
    }

    private static final String PASSWORD = "changeit";

    private final OpenSsl openssl;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    ClientCertificatesTest(@TempDir Path directory) {
        openssl = new OpenSsl(directory);
    }

    @BeforeEach
    void makeKeys() throws Exception {
        openssl.pair("mx", "mx.example.org", 30);
        openssl.pair("ca", "clients of example.org", 30);
    }

    /** A certificate that the authority has signed. */
    private void signed(String name, int days, String use) throws Exception {
        openssl.pair(name, name, 30);
        Files.writeString(openssl.path("use"), "extendedKeyUsage=" + use + "\n");
        openssl.run(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.crt",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                Integer.toString(days),
                "-extfile",
                "use",
                "-out",
                name + ".crt");
    }

    private KeyManager[] keys(String name) throws Exception {
        openssl.run(
                "pkcs12",
                "-export",
                "-in",
                name + ".crt",
                "-inkey",
                name + ".key",
                "-passout",
                "pass:" + PASSWORD,
                "-out",
                name + ".p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(openssl.path(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, PASSWORD.toCharArray());
        return factory.getKeyManagers();
    }

    /** A client that trusts whatever it sees. */
    private static SSLContext client(KeyManager... keys) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {new TrustingManager()}, null);
        return context;
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

    private TlsPlugin plugin(String authorities) {
        return new TlsPlugin(
                Configs.config(
                        TlsConfig.class,
                        Map.of(
                                "certificate", openssl.path("mx.crt").toString(),
                                "key", openssl.path("mx.key").toString(),
                                "client_ca",
                                        authorities.isEmpty()
                                                ? ""
                                                : openssl.path(authorities).toString())),
                Map.of());
    }

    /** Whether the client may send mail at all; whose certificate was asked about is kept. */
    private boolean isServed(TlsPlugin tls, SSLContext context, String protocol) throws Exception {
        AuthCertificateHook hook =
                (connection, certificate) -> {
                    seen.add(certificate.getSubjectX500Principal().getName());
                    return Optional.of("ann");
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("tls", tls)
                                .plugin("certificate", hook)
                                .start();
                SmtpClient raw = server.connect()) {
            raw.read();
            raw.sendAll("EHLO client.test", "STARTTLS");
            try (SmtpClient client = raw.encrypted(context, protocol)) {
                boolean isOffered =
                        client.send("EHLO client.test").lines().stream()
                                .anyMatch(line -> line.contains("AUTH EXTERNAL"));
                assertThat(isOffered).isEqualTo(!seen.isEmpty());
                return client.send("MAIL FROM:<a@client.test>").code() == 250;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aGoodOneIsTold(String protocol) throws Exception {
        signed("ann", 3, "clientAuth");

        assertThat(isServed(plugin("ca.crt"), client(keys("ann")), protocol)).isTrue();
        assertThat(seen).containsExactly("CN=ann");
    }

    @Test
    void oneMayBeInTheFileItself() throws Exception {
        openssl.pair("own", "own", 3);

        assertThat(isServed(plugin("own.crt"), client(keys("own")), "TLSv1.3")).isTrue();
        assertThat(seen).containsExactly("CN=own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoHasNoneIsServedAllTheSame(String protocol) throws Exception {
        assertThat(isServed(plugin("ca.crt"), client(), protocol)).isTrue();
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoHasABadOneIsServedWithoutIt(String protocol) throws Exception {
        openssl.pair("stranger", "ann", 3);
        signed("old", 0, "clientAuth");
        signed("server", 3, "serverAuth");

        for (String name : List.of("stranger", "old", "server")) {
            assertThat(isServed(plugin("ca.crt"), client(eager(name)), protocol)).isTrue();
        }
        assertThat(seen).isEmpty();
    }

    /** Shows its certificate whatever the server asks for. */
    private KeyManager eager(String name) throws Exception {
        return new EagerKeys((X509ExtendedKeyManager) keys(name)[0]);
    }

    @Test
    void nobodyIsAskedWithoutAuthorities() throws Exception {
        signed("ann", 3, "clientAuth");

        assertThat(isServed(plugin(""), client(eager("ann")), "TLSv1.3")).isTrue();
        assertThat(seen).isEmpty();
    }

    @Test
    void aFileThatChangesIsReadAnew() throws Exception {
        openssl.pair("new", "new", 3);
        ClientAuthorities authorities = new ClientAuthorities(openssl.path("ca.crt"));
        Files.writeString(openssl.path("ca.crt"), "nonsense");
        authorities.look();
        assertThat(issuer(authorities)).isEqualTo("CN=clients of example.org");
        Files.copy(
                openssl.path("new.crt"),
                openssl.path("ca.crt"),
                StandardCopyOption.REPLACE_EXISTING);
        authorities.look();
        assertThat(issuer(authorities)).isEqualTo("CN=new");
    }

    private static String issuer(ClientAuthorities authorities) {
        X509TrustManager asking = (X509TrustManager) authorities.asking()[0];
        return asking.getAcceptedIssuers()[0].getSubjectX500Principal().getName();
    }

    @Test
    void aFileThatCannotBeUsedIsTold() {
        assertThatThrownBy(() -> plugin("nowhere.crt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("client_ca '")
                .hasMessageContaining("is not there");
    }
}
