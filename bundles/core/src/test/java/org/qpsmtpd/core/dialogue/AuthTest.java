package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.SaslContext;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.auth.ScramHash;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.auth.StoredKeys;
import org.qpsmtpd.api.hook.AuthHook;
import org.qpsmtpd.api.hook.AuthKeysHook;
import org.qpsmtpd.api.hook.AuthPlainHook;
import org.qpsmtpd.api.hook.AuthPostHook;
import org.qpsmtpd.api.hook.AuthPreHook;
import org.qpsmtpd.api.hook.SaslHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security rows 7 and 33 to 35: the dialogues of AUTH. */
@Timeout(120)
class AuthTest {
    private static final String GOOD = plain("good@example.com", "good_pass");

    private final Mailbox mailbox = new Mailbox();

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String plain(String user, String password) {
        return base64("\0" + user + "\0" + password);
    }

    /** Knows good@example.com; asks nobody who is not there. */
    private static HookResult check(Connection connection, Credentials given) {
        if (!given.user().equals("good@example.com")) {
            return HookResult.DECLINED;
        }
        return given.prove(Secret.of("good_pass"))
                ? HookResult.of(org.qpsmtpd.api.answer.Action.OK, "flat")
                : HookResult.DENY.because("fail: wrong password");
    }

    private TestServer.Builder clear() {
        return TestServer.builder()
                .config("tls_before_auth", "0")
                .logLevel(LogLevel.DEBUG)
                .plugin("mailbox", mailbox);
    }

    private TestServer server() throws Exception {
        return clear().plugin("flat", (AuthHook) AuthTest::check).start();
    }

    private static SmtpClient hello(TestServer server) throws Exception {
        SmtpClient client = server.connect();
        client.read();
        client.send("EHLO client.test");
        return client;
    }

    @BeforeAll
    static void prepareKeys() {
        TestKeys.prepare();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    AUTH                     | 501 5.5.4
                    AUTH FOO                 | 504 5.5.4 Unimplemented authentication mechanism: foo
                    AUTH SCRAM-SHA-256       | 504 5.5.4
                    AUTH PLAIN a b           | 501 5.5.4
                    AUTH PLAIN =             | 501 5.5.2
                    AUTH PLAIN !!!           | 501 5.5.2
                    AUTH PLAIN dGltAHB3      | 501 5.5.2
                    AUTH PLAIN YWJj          | 501 5.5.2
                    AUTH PLAIN AHRpbQA=      | 535 5.7.8
                    AUTH PLAIN AHRpbQB0YW4=  | 535 5.7.8 PLAIN authentication failed for tim from 127.0.0.1
                    AUTH CRAM-MD5 dGlt       | 501 5.5.2
                    AUTH login               | 334 VXNlcm5hbWU6
                    AUTH LOGIN dGlt          | 334 UGFzc3dvcmQ6
                    auth plain               | 334
                    """)
    void answers(String command, String reply) throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            assertThat(client.send(command).toString()).startsWith(reply);
        }
    }

    @Test
    void takesPlainAndLetsRelay() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            assertThat(client.send("AUTH PLAIN " + GOOD).toString())
                    .isEqualTo(
                            "235 2.7.0 PLAIN authentication successful for good@example.com - flat");
            assertThat(client.send("AUTH PLAIN " + GOOD).toString())
                    .isEqualTo("503 5.5.1 but you already said AUTH ...");
            assertThat(client.send("EHLO again.test").lines())
                    .noneMatch(line -> line.startsWith("AUTH"));
            client.sendAll(
                    "MAIL FROM:<a@client.test> AUTH=a+3Db@client.test", "RCPT TO:<u@example.com>");
            assertThat(client.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
        }
        assertThat(mailbox.message().text())
                .contains("auth=pass (plain)\r\n smtp.auth=good@example.com", "with ESMTPA ");
    }

    @Test
    void takesTheDialogues() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            client.send("AUTH PLAIN");
            assertThat(client.send("*").toString()).startsWith("501 5.7.0");
            client.send("AUTH LOGIN");
            assertThat(client.send("*").toString()).startsWith("501 5.7.0");
            client.send("AUTH LOGIN");
            client.send(base64("good@example.com"));
            assertThat(client.send("no base64!").toString()).startsWith("501 5.5.2");
            client.send("AUTH LOGIN");
            client.send(base64("good@example.com"));
            assertThat(client.send(base64("good_pass")).code()).isEqualTo(235);
        }
    }

    @Test
    void takesCramMd5() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            String challenge = client.send("AUTH CRAM-MD5").lines().get(0);
            String decoded =
                    new String(Base64.getDecoder().decode(challenge), StandardCharsets.UTF_8);
            assertThat(decoded).matches("<[0-9a-f]+\\.[0-9a-f]+@mx\\.example\\.org>");
            javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacMD5");
            mac.init(
                    new javax.crypto.spec.SecretKeySpec(
                            "good_pass".getBytes(StandardCharsets.UTF_8), "HmacMD5"));
            String digest =
                    java.util.HexFormat.of()
                            .formatHex(mac.doFinal(decoded.getBytes(StandardCharsets.UTF_8)));
            assertThat(client.send(base64("good@example.com " + digest)).code()).isEqualTo(235);
        }
    }

    @Test
    void isForThoseWhoSaidEhloAndHaveNoTransaction() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("AUTH PLAIN " + GOOD).toString()).startsWith("503 5.5.1");
            client.send("HELO client.test");
            assertThat(client.send("AUTH PLAIN " + GOOD).toString())
                    .isEqualTo("503 5.5.1 AUTH not defined for HELO");
            client.sendAll("EHLO client.test", "MAIL FROM:<a@client.test>");
            assertThat(client.send("AUTH PLAIN " + GOOD).toString()).startsWith("503 5.5.1");
            client.send("RSET");
            assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
        }
    }

    @Test
    void answersUnknownUsersAndWrongPasswordsAlike() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            String wrong = client.send("AUTH PLAIN " + plain("good@example.com", "no")).toString();
            String unknown = client.send("AUTH PLAIN " + plain("nobody@x.test", "no")).toString();
            assertThat(unknown).isEqualTo(wrong.replace("good@example.com", "nobody@x.test"));
            client.send("AUTH PLAIN " + plain("x from 192.0.2.1", "no"));
            server.awaitLog("PLAIN authentication failed for x_from_192.0.2.1 from 127.0.0.1");
        }
    }

    @Test
    void closesAfterFiveFailures() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.send("AUTH PLAIN " + plain("x", "no")).code()).isEqualTo(535);
            }
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void boundsLinesAndAttempts() throws Exception {
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            client.send("AUTH PLAIN");
            assertThat(client.send("A".repeat(12_300)).toString()).startsWith("500 5.5.6");
            client.send("AUTH PLAIN");
            assertThat(client.send("A".repeat(1_000_000)).toString()).startsWith("500 5.5.6");
            client.send("AUTH PLAIN");
            assertThat(client.send("A".repeat(12_284)).toString()).startsWith("501 5.5.2");
            assertThat(client.send("AUTH PLAIN " + "A".repeat(12_000)).toString())
                    .startsWith("501 5.5.2");
            assertThat(client.send("NOOP").code()).isEqualTo(250);
            for (int i = 0; i < 16; i++) {
                client.send("AUTH PLAIN =");
            }
            assertThat(client.send("AUTH PLAIN =").code()).isEqualTo(421);
        }
    }

    @Test
    void needsTlsUnlessTold() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .plugin("tls", new Keys(true, false))
                                .plugin("flat", (AuthHook) AuthTest::check)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient clear = server.connect()) {
            clear.read();
            assertThat(clear.send("EHLO client.test").lines())
                    .noneMatch(line -> line.startsWith("AUTH"));
            assertThat(clear.send("AUTH PLAIN " + GOOD).toString()).startsWith("538 5.7.11");
            clear.send("STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.send("EHLO client.test").lines())
                        .contains("AUTH PLAIN LOGIN CRAM-MD5");
                assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
            }
        }
    }

    @Test
    void isForgottenWithStarttls() throws Exception {
        try (TestServer server =
                        clear().plugin("tls", new Keys(true, false))
                                .plugin("flat", (AuthHook) AuthTest::check)
                                .start();
                SmtpClient clear = hello(server)) {
            assertThat(clear.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
            clear.send("STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                client.send("EHLO client.test");
                assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
            }
        }
    }

    @Test
    void isNoCommandWithoutPlugins() throws Exception {
        try (TestServer server = clear().start();
                SmtpClient client = hello(server)) {
            assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(500);
        }
    }

    @Test
    void showsNothingSecretInTheLog() throws Exception {
        List<String> lines;
        try (TestServer server = server();
                SmtpClient client = hello(server)) {
            client.send("AUTH PLAIN " + plain("a@b.c", "hidden_1"));
            client.send(" AUTH PLAIN " + plain("a@b.c", "hidden_1"));
            client.send("AUTHPLAIN " + plain("a@b.c", "hidden_1"));
            client.send("AUTH FOO " + plain("a@b.c", "hidden_1"));
            client.send(base64("hidden_2"));
            client.send(base64("hidden_2"));
            client.send("AUTH LOGIN");
            client.send(base64("a@b.c"));
            client.send(base64("hidden_2"));
            client.send("AUTH PLAIN");
            client.send(GOOD);
            client.send("QUIT");
            server.awaitLog("AUTH PLAIN ***");
            server.awaitLog("click, disconnecting");
            lines = server.logLines();
        }
        assertThat(String.join("\n", lines))
                .doesNotContain("hidden", "good_pass", base64("hidden_2"), GOOD)
                .doesNotContain(plain("a@b.c", "hidden_1"));
    }

    @Test
    void defersWhenNobodyCanTell() throws Exception {
        AuthPlainHook broken =
                (connection, given) -> {
                    throw new IllegalStateException("no directory");
                };
        try (TestServer server =
                        clear().plugin("broken", broken)
                                .plugin("flat", (AuthHook) AuthTest::check)
                                .start();
                SmtpClient client = hello(server)) {
            assertThat(client.send("AUTH PLAIN " + plain("x", "y")).toString())
                    .startsWith("454 4.7.0");
            assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
        }
    }

    @Test
    void waitsForAnAnswerThatComesLater() throws Exception {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        AuthHook slow = (connection, given) -> HookResult.later(answer);
        try (TestServer server = clear().plugin("slow", slow).start();
                SmtpClient client = hello(server)) {
            client.write("AUTH PLAIN " + GOOD + "\r\n");
            server.awaitLog("dispatching AUTH PLAIN ***");
            answer.complete(HookResult.OK);
            assertThat(client.read().code()).isEqualTo(235);
        }
    }

    @Test
    void endsWhenTheClientGoesMeanwhile() throws Exception {
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        AuthHook slow = (connection, given) -> HookResult.later(answer);
        try (TestServer server = clear().plugin("slow", slow).start();
                SmtpClient client = hello(server)) {
            client.write("AUTH PLAIN " + GOOD + "\r\n");
            server.awaitLog("dispatching AUTH PLAIN ***");
            client.abort();
            answer.complete(HookResult.OK);
            while (server.sessions() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void tellsPluginsBeforeAndAfter() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        AuthPreHook before =
                (connection, attempt) -> {
                    told.add("pre " + attempt.user());
                    return attempt.user().equals("barred") ? HookResult.DENYSOFT : HookResult.OK;
                };
        AuthPostHook after =
                (connection, attempt, outcome) -> {
                    told.add(outcome + " " + attempt.mechanism() + " " + attempt.user());
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        clear().plugin("before", before)
                                .plugin("after", after)
                                .plugin("flat", (AuthHook) AuthTest::check)
                                .start();
                SmtpClient client = hello(server)) {
            assertThat(client.send("AUTH PLAIN " + plain("barred", "x")).code()).isEqualTo(454);
            assertThat(client.send("AUTH PLAIN " + plain("x", "x")).code()).isEqualTo(535);
            assertThat(client.send("AUTH PLAIN " + GOOD).code()).isEqualTo(235);
        }
        assertThat(told)
                .containsExactly(
                        "pre ",
                        "pre barred",
                        "DEFERRED PLAIN barred",
                        "pre ",
                        "pre x",
                        "FAILED PLAIN x",
                        "pre ",
                        "pre good@example.com",
                        "SUCCEEDED PLAIN good@example.com");
    }

    /** Has keys of one user. */
    private static final class Keyring implements AuthKeysHook {
        private final StoredKeys keys =
                StoredKeys.derive(
                        ScramHash.SHA_256, Secret.of("pencil"), new byte[] {1, 2, 3, 4}, 4096);

        @Override
        public CompletionStage<Optional<StoredKeys>> onAuthKeys(
                Connection connection, ScramHash hash, String user) {
            return CompletableFuture.completedFuture(
                    user.equals("user") ? Optional.of(keys) : Optional.empty());
        }

        @Override
        public int usualIterations() {
            return 4096;
        }
    }

    @Test
    void challengesUnknownUsersByScramAsOthers() throws Exception {
        try (TestServer server = clear().plugin("keys", new Keyring()).start();
                SmtpClient client = hello(server)) {
            String first = client.send("AUTH SCRAM-SHA-256 " + base64("n,,n=x,r=abc")).toString();
            assertThat(first).startsWith("334 ");
            String salt = decoded(first).replaceAll(".*,s=([^,]+),.*", "$1");
            assertThat(decoded(first)).startsWith("r=abc").endsWith(",i=4096");
            assertThat(client.send(base64("c=biws,r=abc,p=AAAA")).code()).isEqualTo(535);
            String again = client.send("AUTH SCRAM-SHA-256 " + base64("n,,n=x,r=abc")).toString();
            assertThat(decoded(again)).contains(",s=" + salt + ",");
        }
    }

    private static String decoded(String reply) {
        return new String(
                Base64.getDecoder().decode(reply.substring(4).strip()), StandardCharsets.UTF_8);
    }

    /** Greets twice before it lets everybody in. */
    private static final class Greeting implements SaslMechanism {
        @Override
        public String name() {
            return "X-GREETING";
        }

        @Override
        public SaslExchange begin(SaslContext context) {
            return response ->
                    CompletableFuture.completedFuture(
                            response.length == 0
                                    ? SaslStep.challenge("hello".getBytes(StandardCharsets.UTF_8))
                                    : SaslStep.success("ann").withOctets(response));
        }
    }

    @Test
    void takesAMechanismOfAPlugin() throws Exception {
        SaslHook brings = connection -> List.of(new Greeting());
        try (TestServer server = clear().plugin("brings", brings).start();
                SmtpClient client = hello(server)) {
            assertThat(client.send("EHLO client.test").lines()).contains("AUTH X-GREETING");
            assertThat(client.send("AUTH X-GREETING =").toString())
                    .isEqualTo("334 " + base64("hello"));
            assertThat(client.send(base64("hi")).toString()).isEqualTo("334 " + base64("hi"));
            assertThat(client.send("").toString())
                    .isEqualTo("235 2.7.0 X-GREETING authentication successful for ann");
        }
    }

    @Test
    void offersWhatIsWished() throws Exception {
        try (TestServer server =
                        clear().config("auth_mechanisms", "plain", "scram-sha-1")
                                .plugin("flat", (AuthHook) AuthTest::check)
                                .plugin("keys", new Keyring())
                                .start();
                SmtpClient client = hello(server)) {
            assertThat(client.send("EHLO client.test").lines()).contains("AUTH PLAIN");
        }
    }
}
