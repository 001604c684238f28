package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
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
import org.qpsmtpd.itest.SmtpDialogue;

/** Clients that people use authenticate themselves, and may then send anywhere. */
@Timeout(180)
class AuthIT {
    private static final String HOST = "mx.example.org";
    private static final String USER = "ann@example.com";
    private static final String KEYED = "kim@example.com";
    private static final String PASSWORD = "correct-horse";

    @TempDir private static @Nullable Path keys;
    private static @Nullable ServerUnderTest server;

    @BeforeAll
    static void start() {
        Path folder = requireNonNull(keys);
        Certificates.make(folder, "mx", HOST + ",DNS:localhost");
        server =
                ServerUnderTest.builder()
                        .plugins(
                                "logging/warn 7",
                                "tls " + folder.resolve("mx.crt") + " " + folder.resolve("mx.key"),
                                "auth/auth_flat_file",
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .file("flat_auth_pw", USER + ":" + PASSWORD, KEYED + ":" + storedKeys())
                        .start();
    }

    /** Keys that another program has made. */
    private static String storedKeys() {
        Result made =
                Program.find("gsasl", "gsasl")
                        .run(
                                "--mkpasswd",
                                "--mechanism=SCRAM-SHA-256",
                                "--iteration-count=10000",
                                "--password=" + PASSWORD);
        assertThat(made.status()).as(made.output()).isZero();
        return made.output().strip();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static int port() {
        return requireNonNull(server).port();
    }

    private static Result swaks(String mechanism, String user, String password) {
        return Program.find("swaks", "swaks")
                .run(
                        "--server",
                        "127.0.0.1:" + port(),
                        "--from",
                        USER,
                        "--to",
                        "someone@elsewhere.test",
                        "--tls",
                        "--auth",
                        mechanism,
                        "--auth-user",
                        user,
                        "--auth-password",
                        password,
                        "--timeout",
                        "30");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
    void swaksSendsAnywhere(String mechanism) {
        int before = requireNonNull(server).maildir().messages().size();

        Result sent = swaks(mechanism, USER, PASSWORD);

        assertThat(sent.status()).as(sent.output()).isZero();
        assertThat(sent.output()).contains("235 2.7.0 ");
        var message = requireNonNull(server).maildir().messages().get(before);
        assertThat(message.trace("Received")).contains(" with ESMTPSA ");
        assertThat(message.trace("Authentication-Results").replaceAll("\\s+", " "))
                .contains("auth=pass", "smtp.auth=" + USER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
    void aWrongPasswordIsToldAsAnUnknownUserIs(String mechanism) {
        Result wrong = swaks(mechanism, USER, "wrong-pony");
        Result unknown = swaks(mechanism, "bob@example.com", PASSWORD);

        assertThat(wrong.status()).isNotZero();
        assertThat(failure(wrong)).isEqualTo(failure(unknown).replace("bob@", "ann@"));
        String log = requireNonNull(server).awaitLog("failed for bob@example.com from 127.0.0.1");
        assertThat(log).contains(mechanism + " authentication failed for " + USER + " from 127.");
    }

    private static String failure(Result result) {
        return result.output()
                .lines()
                .filter(line -> line.contains(" 535 "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(result.output()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "login", "cram-md5", "scram-sha-256"})
    void msmtpSendsAnywhere(String method) {
        assertThat(msmtp(method, USER, PASSWORD)).isZero();
        assertThat(msmtp(method, USER, "wrong-pony")).isNotZero();
    }

    @Test
    void msmtpProvesThatItKnowsThePasswordOfKeptKeys() {
        assertThat(msmtp("scram-sha-256", KEYED, PASSWORD)).isZero();
        assertThat(msmtp("plain", KEYED, PASSWORD)).isZero();
        assertThat(msmtp("scram-sha-256", KEYED, "wrong-pony")).isNotZero();
        assertThat(msmtp("scram-sha-256", "bob@example.com", PASSWORD)).isNotZero();
    }

    private static int msmtp(String method, String user, String password) {
        Path folder = requireNonNull(keys);
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--host=localhost",
                                "--port=" + port(),
                                "--tls=on",
                                "--tls-starttls=on",
                                "--tls-trust-file=" + folder.resolve("mx.crt"),
                                "--auth=" + method,
                                "--user=" + user,
                                "--passwordeval=echo " + password,
                                "--from=" + USER,
                                "someone@elsewhere.test"));
        return Program.find("msmtp", "msmtp").run(words).status();
    }

    /** It does not find STARTTLS on the last line of a reply, so it comes in clear. */
    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"})
    void gsaslIsLetInWhereThatMayBeInClear(String mechanism) {
        ServerUnderTest.Builder clear =
                ServerUnderTest.builder()
                        .plugins("auth/auth_flat_file", "rcpt_ok", "queue/maildir MAIL")
                        .file("tls_before_auth", "0")
                        .file("flat_auth_pw", USER + ":" + PASSWORD);
        try (ServerUnderTest server = clear.start()) {
            assertThat(gsasl(server, mechanism, PASSWORD)).contains("\n235 2.7.0 ");
            assertThat(gsasl(server, mechanism, "wrong-pony"))
                    .contains("\n535 5.7.8 ")
                    .doesNotContain("\n235 ");
        }
    }

    private static String gsasl(ServerUnderTest server, String mechanism, String password) {
        return Program.find("gsasl", "gsasl")
                .run(
                        "--smtp",
                        "--connect=localhost:" + server.port(),
                        "--no-starttls",
                        "--mechanism=" + mechanism,
                        "--authentication-id=" + USER,
                        "--authorization-id=",
                        "--password=" + password)
                .output();
    }

    /** The address that guesses is stopped, the user from elsewhere is not. */
    @Test
    void whoGuessesIsStopped(@TempDir Path folder) {
        ServerUnderTest.Builder braked =
                ServerUnderTest.builder()
                        .plugins(
                                "auth/auth_brake delay 0 block_after 2",
                                "auth/auth_flat_file",
                                "rcpt_ok",
                                "queue/maildir MAIL")
                        .file("store", "file " + folder.resolve("store"))
                        .file("tls_before_auth", "0")
                        .file("flat_auth_pw", USER + ":" + PASSWORD);
        try (ServerUnderTest server = braked.start()) {
            assertThat(plain(server, 2, "wrong-pony")).isEqualTo(535);
            assertThat(plain(server, 2, "wrong-pony")).isEqualTo(535);
            assertThat(plain(server, 2, PASSWORD)).isEqualTo(454);
            assertThat(plain(server, 3, PASSWORD)).isEqualTo(235);
            assertThat(server.awaitLog("127.0.0.2 is not let authenticate any more"))
                    .doesNotContain("127.0.0.3 is not let");
        }
    }

    /** What AUTH PLAIN is answered from an address of this machine. */
    private static int plain(ServerUnderTest server, int address, String password) {
        byte[] proof = ("\0" + USER + "\0" + password).getBytes(US_ASCII);
        try (SmtpDialogue client =
                SmtpDialogue.from(Loopback.v4(address), Loopback.v4(1, server.port()))) {
            client.expect(220);
            client.command("EHLO client.test");
            String initial = Base64.getEncoder().encodeToString(proof);
            return client.command("AUTH PLAIN " + initial).code();
        }
    }

    @Test
    void pythonLogsIn() {
        String script =
                """
                import smtplib, ssl, sys
                context = ssl.create_default_context(cafile=sys.argv[2])
                with smtplib.SMTP('localhost', int(sys.argv[1])) as client:
                    client.ehlo()
                    assert not client.has_extn('auth')
                    client.starttls(context=context)
                    client.login(sys.argv[3], sys.argv[4])
                    client.sendmail(sys.argv[3], ['a@elsewhere.test'], 'Subject: s\\n\\nx\\n')
                """;
        Result sent =
                Program.find("python3", "python3")
                        .run(
                                "-c",
                                script,
                                String.valueOf(port()),
                                requireNonNull(keys).resolve("mx.crt").toString(),
                                USER,
                                PASSWORD);
        assertThat(sent.status()).as(sent.output()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5"})
    void nodemailerLogsIn(String method) {
        assertThat(nodemailer(PASSWORD, method).output()).contains("250 2.0.0 Queued!");
        Result wrong = nodemailer("wrong-pony", method);
        assertThat(wrong.status()).isNotZero();
        assertThat(wrong.output()).contains("535 5.7.8 " + method);
    }

    private static Result nodemailer(String password, String method) {
        Path packages = Path.of("target/npm").toAbsolutePath();
        if (!Files.isDirectory(packages)) {
            Program.missing("nodemailer: itest/npm/install brings it");
        }
        return Program.find("node", "nodejs")
                .run(
                        "src/test/resources/auth/nodemailer.js",
                        packages.toString(),
                        String.valueOf(port()),
                        requireNonNull(keys).resolve("mx.crt").toString(),
                        USER,
                        password,
                        method);
    }

    /** In clear nothing is offered, and what a client sends all the same is in no log. */
    @Test
    void nothingIsTakenInClear() {
        byte[] secret = ("\0" + USER + "\0" + PASSWORD).getBytes(US_ASCII);
        String response = Base64.getEncoder().encodeToString(secret);
        try (SmtpDialogue client = requireNonNull(server).connect()) {
            assertThat(client.hello().lines()).noneMatch(line -> line.startsWith("AUTH"));
            client.send("AUTH PLAIN " + response);
            client.expect(538, "5.7.11");
            client.send(response);
            client.expect(500);
            client.send("MAIL FROM:<" + USER + ">");
            client.expect(250);
            client.send("RCPT TO:<someone@elsewhere.test>");
            client.expect(550);
            client.send("QUIT");
            client.expect(221);
        }
        assertThat(requireNonNull(server).awaitLog("538"))
                .doesNotContain(response)
                .doesNotContain(PASSWORD)
                .doesNotContain("wrong-pony")
                .doesNotContain(Base64.getEncoder().encodeToString(PASSWORD.getBytes(ISO_8859_1)));
    }

    /** What the distribution's own program makes of a password, in each form. */
    @ParameterizedTest
    @ValueSource(strings = {"argon2id", "bcrypt", "pbkdf2", "sha512-crypt", "scram-sha-256"})
    void aMadeEntryIsGoodForItsPassword(String form) throws IOException {
        String user = form + "@example.com";
        Result made =
                Program.find("sh", "dash")
                        .run(
                                "-c",
                                "echo "
                                        + PASSWORD
                                        + " | "
                                        + ServerUnderTest.home().resolve("bin/auth_entry")
                                        + " --form "
                                        + form
                                        + " "
                                        + user);
        assertThat(made.status()).as(made.output()).isZero();
        Path file = requireNonNull(server).config().resolve("flat_auth_pw");
        Files.writeString(file, made.output(), StandardOpenOption.APPEND);
        Eventually.holds(
                "the new user is known", () -> swaks("PLAIN", user, PASSWORD).status() == 0);

        assertThat(swaks("LOGIN", user, "wrong-pony").status()).isNotZero();
        assertThat(requireNonNull(server).log()).doesNotContain(PASSWORD);
    }

    /**
     * It asks at the terminal although its output is a file, and the terminal shows no password.
     */
    @Test
    void anEntryIsMadeAtATerminal() {
        Path file = requireNonNull(server).config().resolve("flat_auth_pw");
        Result made =
                Program.find("python3", "python3")
                        .run(
                                "src/test/resources/auth/terminal.py",
                                ServerUnderTest.home().resolve("bin/auth_entry").toString(),
                                file.toString(),
                                PASSWORD);

        assertThat(made.status()).as(made.output()).isZero();
        assertThat(made.output()).contains("Password: ", "Once more: ").doesNotContain(PASSWORD);
        Eventually.holds(
                "the new user is known",
                () -> swaks("PLAIN", "terminal@example.com", PASSWORD).status() == 0);
    }
}
