package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.AuthCertificateHook;
import org.qpsmtpd.api.hook.AuthPreHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** The dialogues of AUTH EXTERNAL. */
@Timeout(120)
class ExternalTest {
    private static final String ANN = "ann@example.com";

    private final List<String> tried = new CopyOnWriteArrayList<>();
    private boolean good = true;

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

    /** Asks clients for a certificate. */
    private final class AskingKeys extends Keys {
        AskingKeys() {
            super(true, false);
        }

        @Override
        public Optional<SSLEngine> newEngine(Connection connection) {
            Optional<SSLEngine> engine = super.newEngine(connection);
            engine.ifPresent(it -> it.setWantClientAuth(true));
            return engine;
        }

        @Override
        public Optional<X509Certificate> clientCertificate(SSLSession session) {
            try {
                return good
                        ? Optional.of((X509Certificate) session.getPeerCertificates()[0])
                        : Optional.empty();
            } catch (SSLPeerUnverifiedException e) {
                return Optional.empty();
            }
        }
    }

    private TestServer.Builder builder(AuthCertificateHook... known) {
        AuthPreHook pre =
                (connection, attempt) -> {
                    tried.add(attempt.user());
                    return HookResult.DECLINED;
                };
        TestServer.Builder builder =
                TestServer.builder()
                        .plugin("mailbox", new Mailbox())
                        .plugin("tls", new AskingKeys())
                        .plugin("pre", pre);
        for (int i = 0; i < known.length; i++) {
            builder.plugin("certificates" + i, known[i]);
        }
        return builder;
    }

    private static AuthCertificateHook knows(String user) {
        return (connection, certificate) ->
                certificate.getSubjectX500Principal().getName().equals("CN=mx.example.org")
                        ? Optional.of(user)
                        : Optional.empty();
    }

    private static final AuthCertificateHook KNOWS_NONE =
            (connection, certificate) -> Optional.empty();

    private static SmtpClient encrypted(SmtpClient raw, SSLContext context) throws Exception {
        raw.read();
        raw.sendAll("EHLO client.test", "STARTTLS");
        return raw.encrypted(context, "TLSv1.3");
    }

    private static boolean isOffered(SmtpClient client) throws Exception {
        return client.send("EHLO client.test").lines().stream()
                .anyMatch(line -> line.startsWith("AUTH") && line.contains("EXTERNAL"));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void letsInByACertificate() throws Exception {
        try (TestServer server = builder(KNOWS_NONE, knows(ANN), knows("other")).start();
                SmtpClient raw = server.connect();
                SmtpClient client = encrypted(raw, TestKeys.certifiedContext())) {
            assertThat(isOffered(client)).isTrue();
            assertThat(client.send("AUTH EXTERNAL " + base64("bob@example.com")).toString())
                    .startsWith("535 5.7.8 EXTERNAL authentication failed for " + ANN);
            assertThat(client.send("AUTH EXTERNAL =").toString())
                    .startsWith("235 2.7.0 EXTERNAL authentication successful for " + ANN);
            assertThat(tried).containsExactly("", "", ANN);
            client.send("MAIL FROM:<ann@example.com>");
            assertThat(client.send("RCPT TO:<a@elsewhere.test>").code()).isEqualTo(250);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "=", "YW5uQGV4YW1wbGUuY29t"})
    void takesTheNameInAResponseOfItsOwn(String response) throws Exception {
        try (TestServer server = builder(knows(ANN)).start();
                SmtpClient raw = server.connect();
                SmtpClient client = encrypted(raw, TestKeys.certifiedContext())) {
            assertThat(isOffered(client)).isTrue();
            assertThat(client.send("AUTH external").code()).isEqualTo(334);
            assertThat(client.send(response).code()).isEqualTo(235);
        }
    }

    private void isNotOffered(SSLContext context, AuthCertificateHook... known) throws Exception {
        try (TestServer server = builder(known).start();
                SmtpClient raw = server.connect();
                SmtpClient client = encrypted(raw, context)) {
            assertThat(isOffered(client)).isFalse();
            assertThat(client.send("AUTH EXTERNAL =").code()).isIn(500, 504);
        }
    }

    @Test
    void isOfferedToNobodyElse() throws Exception {
        isNotOffered(TestKeys.clientContext(), knows(ANN));
        isNotOffered(TestKeys.certifiedContext(), KNOWS_NONE);
        isNotOffered(TestKeys.certifiedContext(), knows(""), knows(ANN));
        isNotOffered(TestKeys.certifiedContext());
        isNotOffered(
                TestKeys.certifiedContext(),
                (connection, certificate) -> {
                    throw new IllegalStateException("broken");
                },
                knows(ANN));
        good = false;
        isNotOffered(TestKeys.certifiedContext(), knows(ANN));
    }

    @Test
    void isNotOfferedInClear() throws Exception {
        try (TestServer server = builder(knows(ANN)).config("tls_before_auth", "0").start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(isOffered(client)).isFalse();
        }
    }

    /** The certificate is that of the proxy. */
    @Test
    void isNotOfferedToWhomAProxySpeaksFor() throws Exception {
        try (TestServer server = builder(knows(ANN)).config("xclient_from", "127.0.0.1").start();
                SmtpClient raw = server.connect();
                SmtpClient client = encrypted(raw, TestKeys.certifiedContext())) {
            assertThat(isOffered(client)).isTrue();
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").code()).isEqualTo(220);
            assertThat(isOffered(client)).isFalse();
        }
    }
}
