package org.qpsmtpd.itest.process;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * Clients that people use come with tokens and certificates, and another server knows passwords.
 */
@Timeout(180)
class TokensIT {
    private static final String ANN = "ann@example.com";
    private static final String PASSWORD = "correct-horse";

    @TempDir private static @Nullable Path files;
    private static @Nullable TokenIssuer issuer;
    private static @Nullable DovecotImap imap;
    private static @Nullable ServerUnderTest server;

    @BeforeAll
    static void start(@TempDir Path box) throws Exception {
        Path folder = requireNonNull(files);
        Certificates.make(folder, "mx", "mx.example.org,DNS:localhost");
        certify(folder, "ann");
        certify(folder, "eve");
        TokenIssuer tokens = new TokenIssuer();
        issuer = tokens;
        Files.writeString(folder.resolve("keys.json"), tokens.jwks());
        Files.writeString(folder.resolve("client"), "mx:s3cret\n");
        DovecotImap dovecot =
                new DovecotImap(box, folder.resolve("mx.crt"), folder.resolve("mx.key"), PASSWORD);
        imap = dovecot;
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "logging/warn 7",
                                "tls FOLDER/mx.crt FOLDER/mx.key client_ca FOLDER/ann.crt"
                                        .replace("FOLDER", folder.toString()),
                                "auth/auth_certificate name email",
                                "auth/auth_oauth:0 keys FOLDER/keys.json issuer ISSUER audience smtp"
                                        .replace("FOLDER", folder.toString())
                                        .replace("ISSUER", TokenIssuer.NAME),
                                "auth/auth_oauth:1 introspection "
                                        + tokens.url()
                                        + " client_file "
                                        + folder.resolve("client"),
                                "auth/auth_imap localhost "
                                        + dovecot.port()
                                        + " caFile "
                                        + folder.resolve("mx.crt"),
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .start();
    }

    /** A certificate that has signed itself. */
    private static void certify(Path folder, String name) {
        Result made =
                Program.find("openssl", "openssl")
                        .run(
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:2048",
                                "-nodes",
                                "-keyout",
                                folder.resolve(name + ".key").toString(),
                                "-out",
                                folder.resolve(name + ".crt").toString(),
                                "-days",
                                "3",
                                "-subj",
                                "/CN=" + name,
                                "-addext",
                                "subjectAltName=email:" + name + "@example.com");
        assertThat(made.status()).as(made.output()).isZero();
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : new AutoCloseable[] {server, imap, issuer}) {
            close(each);
        }
    }

    private static void close(@Nullable AutoCloseable it) {
        try {
            if (it != null) {
                it.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String file(String name) {
        return requireNonNull(files).resolve(name).toString();
    }

    /** Sends a message by curl; what was said is in the output. */
    private static Result curl(String... credentials) throws Exception {
        Path message = Files.writeString(Path.of(file("message")), "Subject: s\r\n\r\nx\r\n");
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--silent",
                                "--show-error",
                                "--verbose",
                                "--url",
                                "smtp://localhost:" + requireNonNull(server).port(),
                                "--ssl-reqd",
                                "--cacert",
                                file("mx.crt"),
                                "--mail-from",
                                ANN,
                                "--mail-rcpt",
                                "someone@elsewhere.test",
                                "--upload-file",
                                message.toString(),
                                "--max-time",
                                "60"));
        words.addAll(List.of(credentials));
        return Program.find("curl", "curl").run(words);
    }

    private static Result bearer(String user, String token) throws Exception {
        return curl("--user", user, "--oauth2-bearer", token);
    }

    private static void isSent(Result sent, String mechanism) {
        assertThat(sent.output()).contains("235 2.7.0 " + mechanism);
        assertThat(sent.status()).as(sent.output()).isZero();
    }

    @Test
    void curlComesWithASignedToken() throws Exception {
        String mechanism = "OAUTHBEARER";
        String token = requireNonNull(issuer).token(ANN, 300);

        isSent(bearer(ANN, token), mechanism);
        Result other = bearer("bob@example.com", token);
        Result old = bearer(ANN, requireNonNull(issuer).token(ANN, -300));

        for (Result refused : List.of(other, old)) {
            assertThat(refused.status()).isNotZero();
            assertThat(refused.output()).contains("535 5.7.8 " + mechanism).doesNotContain("< 235");
        }
        String log = requireNonNull(server).awaitLog("it expired at");
        assertThat(log)
                .contains(mechanism + " authentication failed for " + ANN)
                .doesNotContain(token.substring(token.length() - 40));
    }

    @Test
    void curlComesWithATokenThatTheIssuerKnows() throws Exception {
        requireNonNull(issuer).vouch("opaque", ANN);

        isSent(bearer(ANN, "opaque"), "OAUTHBEARER");
        assertThat(bearer(ANN, "other").output()).contains("535 5.7.8 OAUTHBEARER");
    }

    @Test
    void pythonComesWithTokens() throws Exception {
        requireNonNull(issuer).vouch("known", ANN);
        python(
                """
                def attempt(token):
                    said = []
                    def answer(challenge=None):
                        if challenge is None:
                            return f'user={user}\\1auth=Bearer {token}\\1\\1'
                        said.append(challenge)
                        return ''
                    with client('') as smtp:
                        try:
                            return smtp.auth('XOAUTH2', answer)[0], said
                        except smtplib.SMTPAuthenticationError as e:
                            return e.smtp_code, said
                assert attempt(sys.argv[4]) == (235, [])
                assert attempt('known') == (235, [])
                assert attempt('unknown') == (535, [b'{"status":"invalid_token"}'])
                """,
                requireNonNull(issuer).token(ANN, 300));
    }

    private static Result external(String name) throws Exception {
        return curl(
                "--cert",
                file(name + ".crt"),
                "--key",
                file(name + ".key"),
                "--user",
                ":",
                "--login-options",
                "AUTH=EXTERNAL");
    }

    @Test
    void curlComesWithACertificate() throws Exception {
        isSent(external("ann"), "EXTERNAL");
        var messages = requireNonNull(server).maildir().messages();
        var message = messages.get(messages.size() - 1);
        assertThat(message.trace("Authentication-Results").replaceAll("\\s+", " "))
                .contains("auth=pass (external)", "smtp.auth=" + ANN);
        assertThat(external("eve").output()).doesNotContain("EXTERNAL authentication successful");
    }

    /**
     * Runs a script that connects by {@code client(NAME)}, with the certificate of that name, or
     * without one.
     */
    private static void python(String script, String... more) {
        String start =
                """
                import smtplib, ssl, sys
                port, folder, user = sys.argv[1:4]
                def client(name):
                    context = ssl.create_default_context(cafile=folder + '/mx.crt')
                    if name:
                        context.load_cert_chain(folder + f'/{name}.crt', folder + f'/{name}.key')
                    smtp = smtplib.SMTP('localhost', int(port))
                    smtp.starttls(context=context)
                    smtp.ehlo()
                    return smtp
                """;
        List<String> words = new ArrayList<>(List.of("-c", start + script));
        words.addAll(
                List.of(String.valueOf(requireNonNull(server).port()), String.valueOf(files), ANN));
        words.addAll(List.of(more));
        Result sent = Program.find("python3", "python3").run(words);
        assertThat(sent.status()).as(sent.output()).isZero();
    }

    @Test
    void pythonComesWithACertificate() {
        python(
                """
                with client('ann') as smtp:
                    assert 'EXTERNAL' in smtp.esmtp_features['auth'].split()
                    code, text = smtp.docmd('AUTH', 'EXTERNAL Ym9iQGV4YW1wbGUuY29t')
                    assert code == 535, text
                    assert smtp.auth('EXTERNAL', lambda challenge=None: user)[0] == 235
                    smtp.sendmail(user, ['a@elsewhere.test'], 'Subject: s\\n\\nx\\n')
                for name in ('eve', ''):
                    with client(name) as smtp:
                        assert 'EXTERNAL' not in smtp.esmtp_features['auth'].split()
                        smtp.sendmail(user, ['a@example.com'], 'Subject: s\\n\\nx\\n')
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN"})
    void aServerOfImapKnowsThePassword(String mechanism) throws Exception {
        isSent(
                curl("--user", "amy:" + PASSWORD, "--login-options", "AUTH=" + mechanism),
                mechanism);
        Result wrong = curl("--user", "amy:wrong-pony", "--login-options", "AUTH=" + mechanism);

        assertThat(wrong.output()).contains("535 5.7.8 " + mechanism).doesNotContain("auth_imap");
        assertThat(requireNonNull(server).awaitLog("invalid password for amy at localhost:"))
                .doesNotContain("wrong-pony");
    }
}
