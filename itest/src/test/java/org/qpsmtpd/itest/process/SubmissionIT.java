package org.qpsmtpd.itest.process;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
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
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Program.Result;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.mailauth.signature.Algorithm;
import org.qpsmtpd.mailauth.signature.SigningKey;

/** One server for mail of others at its first port, and for its users at two further ones. */
@Timeout(180)
class SubmissionIT {
    private static final String ANN = "ann@example.com";
    private static final String PASSWORD = "correct-horse";
    private static final String STARTTLS = "--tls";
    private static final String IMPLICIT = "--tls-on-connect";

    private static @Nullable ServerUnderTest server;
    private static @Nullable SigningKey key;
    private static int submission;
    private static int submissions;

    @TempDir private static @Nullable Path folder;

    @BeforeAll
    static void start() throws Exception {
        Path keys = requireNonNull(folder);
        Certificates.make(keys, "mx", "mx.example.org,DNS:localhost");
        submission = FreePort.take();
        submissions = FreePort.take();
        ServerUnderTest started =
                ServerUnderTest.builder()
                        .plugins("tls " + pair(keys), "relay", "rcpt_ok", "queue/maildir MAIL")
                        .file(
                                "clients",
                                "port " + submission + " plugins.submission",
                                "port " + submissions + " plugins.submission")
                        .file(
                                "plugins.submission",
                                "tls " + pair(keys) + " smtps_port " + submissions,
                                "auth/auth_flat_file",
                                "submission",
                                "limit",
                                "headers require From,Date",
                                "rcpt_ok",
                                "dkim",
                                "queue/maildir " + keys.resolve("sent"))
                        .file("flat_auth_pw", ANN + ":" + PASSWORD, user(1), user(2))
                        .file("limits", "messages per user 2 1h", "except user " + ANN)
                        .file("store", "file " + keys.resolve("store"))
                        .options(
                                "--interface",
                                "127.0.0.1:" + submission,
                                "--interface",
                                "127.0.0.1:" + submissions,
                                "--interface",
                                "127.0.0.1:0")
                        .start();
        server = started;
        key = signing(started.config());
    }

    private static String user(int number) {
        return "user" + number + "@example.com:" + PASSWORD;
    }

    private static String pair(Path keys) {
        return keys.resolve("mx.crt") + " " + keys.resolve("mx.key");
    }

    /** The key that the server signs with for the domain of its users. */
    private static SigningKey signing(Path config) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey made = generator.generateKeyPair().getPrivate();
        Path home = Files.createDirectories(config.resolve("dkim/example.com"));
        Files.writeString(home.resolve("selector"), "s\n");
        Files.writeString(
                home.resolve("private"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder().encodeToString(made.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return new SigningKey("example.com", "s", Algorithm.RSA, made);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Result send(int port, String user, String message, String... more)
            throws IOException {
        Path data = Files.writeString(requireNonNull(folder).resolve("data"), message);
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--server",
                                "127.0.0.1:" + port,
                                "--from",
                                user,
                                "--to",
                                "someone@elsewhere.test",
                                "--helo",
                                "client.test",
                                "--data",
                                "@" + data,
                                "--timeout",
                                "30"));
        words.addAll(List.of(more));
        return Program.find("swaks", "swaks").run(words);
    }

    private static Result sendAs(String user, String message) throws IOException {
        return send(submission, user, message, STARTTLS, "--auth-user", user, "-ap", PASSWORD);
    }

    private static List<Path> sent() throws IOException {
        try (var files = Files.list(requireNonNull(folder).resolve("sent/new"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {STARTTLS, IMPLICIT})
    void mailOfUsersIsCompletedAndSigned(String how) throws IOException {
        String body = "Hi.\n\n  Bcc: in the body\n";
        String message = "From: " + ANN + "\nSubject: x\nBcc: hidden@elsewhere.test\n\n" + body;
        int port = how.equals(STARTTLS) ? submission : submissions;

        Result result = send(port, ANN, message, how, "--auth-user", ANN, "-ap", PASSWORD);

        assertThat(result.status()).as(result.output()).isZero();
        List<Path> sent = sent();
        Path newest = sent.get(sent.size() - 1);
        String text = Files.readString(newest);
        assertThat(text)
                .containsPattern("\nDate: \\w{3}, ")
                .containsPattern("\nMessage-ID: <[^>]+@mx.example.org>")
                .contains("\nSubject: x\n", " with ESMTPSA ", "\nDKIM-Signature: ", "\n\n" + body)
                .doesNotContain("hidden@");
        isGood(newest);
    }

    private static void isGood(Path message) throws IOException {
        SigningKey known = requireNonNull(key);
        Path names = requireNonNull(folder).resolve("names");
        Files.writeString(
                names, known.selector() + "._domainkey.example.com " + known.record() + "\n");
        Path whole = requireNonNull(folder).resolve("whole");
        Files.writeString(whole, Files.readString(message).replace("\n", "\r\n"));
        assertThat(new DkimPeers(requireNonNull(folder), names).pythonVerifies(List.of(whole)))
                .containsExactly(whole + " pass");
    }

    @Test
    void nobodyElseSendsThroughThem() throws IOException {
        String message = "From: " + ANN + "\n\nHi.\n";
        int before = sent().size();

        assertThat(send(submission, ANN, message).output())
                .contains("530 5.7.0 Authentication required");
        assertThat(send(submissions, ANN, message, IMPLICIT).output())
                .contains("530 5.7.0 Authentication required");
        assertThat(sent()).hasSize(before);
    }

    @Test
    void usersDoNotSendThroughTheFirstPort() throws IOException {
        int port = requireNonNull(server).port();
        try (SmtpDialogue smtp = SmtpDialogue.to(port)) {
            assertThat(smtp.hello().toString()).doesNotContain("AUTH");
            smtp.send("AUTH PLAIN AGFAYgBj").expect(500);
            smtp.envelope("joe@elsewhere.test", ANN);
            assertThat(smtp.data(Mail.message("from elsewhere")).code()).isEqualTo(250);
        }
        assertThat(send(port, ANN, "From: x@y.test\n\nHi.\n", STARTTLS).output())
                .contains("550 5.7.1 Relaying denied");
    }

    @Test
    void aMessageWithoutAuthorIsRefused() throws IOException {
        assertThat(sendAs(ANN, "Subject: x\n\nHi.\n").output())
                .contains("5.6.0 The message has no From header");
    }

    @Test
    void eachUserHasALimit() throws IOException {
        String message = "From: user1@example.com\n\nHi.\n";
        for (int i = 0; i < 2; i++) {
            assertThat(sendAs("user1@example.com", message).output()).contains("250 2.0.0 Queued!");
        }

        assertThat(sendAs("user1@example.com", message).output())
                .contains("450 4.7.1 too many messages per user (2 in 1h)");
        assertThat(sendAs("user2@example.com", message.replace('1', '2')).output())
                .contains("250 2.0.0 Queued!");
        assertThat(requireNonNull(server).log()).contains("limit: fail: ");
    }
}
