package org.qpsmtpd.plugin.auth.authimap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.StandIn;

/** Servers in clear that say what a test wants; {@link DovecotTest} has real ones, encrypted. */
@Timeout(120)
final class AuthImapPluginTest {
    private static final String WRONG = "a3 NO [AUTHENTICATIONFAILED] no\r\n";

    private final NettyPeers peers = new NettyPeers();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private String timeout = "30";
    private String greeting = "* OK [CAPABILITY IMAP4rev1] ready\r\n";
    private String capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR";

    @AfterEach
    void close() {
        peers.close();
    }

    private AuthImapPlugin plugin(Map<String, Object> settings) {
        return new AuthImapPlugin(
                Configs.config(AuthImapConfig.class, settings),
                Configs.config(PeerOptions.class, Map.of("timeoutSeconds", timeout)),
                peers);
    }

    private HookResult ask(String host, String user, String password) {
        AuthImapPlugin plugin = plugin(Map.of("host", host, "tls", "no"));
        Credentials credentials = Credentials.withPassword("LOGIN", user, Secret.of(password));
        HookResult result = plugin.onAuthLogin(FakeConnection.create(), credentials);
        try {
            return result.pending()
                    .map(later -> later.answer().toCompletableFuture().join())
                    .orElse(result);
        } finally {
            plugin.close();
        }
    }

    /** Says each of its answers to the next line, octet by octet. */
    private StandIn server(String... answers) throws IOException {
        return StandIn.onPort(
                (in, out) -> {
                    say(out, greeting);
                    expect(in);
                    say(out, "* CAPABILITY " + capabilities + "\r\na2 OK done\r\n");
                    for (String answer : answers) {
                        expect(in);
                        say(out, answer);
                    }
                    expect(in);
                });
    }

    private HookResult answer(String user, String password, String... answers) throws IOException {
        try (StandIn imap = server(answers)) {
            return ask(imap.address(), user, password);
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        for (byte octet : text.getBytes(ISO_8859_1)) {
            out.write(octet);
            out.flush();
        }
    }

    private void expect(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        seen.add(line.toString(UTF_8));
    }

    @Test
    void givesAllAtOnceWhereItMay() throws IOException {
        HookResult answer = answer("bob@example.org", "s3crét", "a3 OK hello\r\n");

        String message =
                Base64.getEncoder().encodeToString("\0bob@example.org\0s3crét".getBytes(UTF_8));
        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(answer.text()).isEqualTo("auth_imap/LOGIN");
        assertThat(seen).startsWith("a2 CAPABILITY\r", "a3 AUTHENTICATE PLAIN " + message + "\r");
        assertThat(answer.toString()).doesNotContain("s3cr").doesNotContain(message);
    }

    @Test
    void waitsForTheServerToAskWhereItMust() throws IOException {
        capabilities = "imap4REV1 auth=plain IMAP4rev1 IMAP4rev1";
        HookResult answer = answer("bob", "pw", "+ \r\n", "a3 OK hello\r\n");

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(seen).startsWith("a2 CAPABILITY\r", "a3 AUTHENTICATE PLAIN\r", "AGJvYgBwdw==\r");
    }

    @Test
    void logsInWhereThatIsAll() throws IOException {
        capabilities = "IMAP4rev1";
        HookResult answer = answer("bob", "a \"b\\", "a3 OK hello\r\n");

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(seen).startsWith("a2 CAPABILITY\r", "a3 LOGIN \"bob\" \"a \\\"b\\\\\"\r");
    }

    @Test
    void sendsALiteralWhereNoQuotationMarksDo() throws IOException {
        capabilities = "IMAP4rev1";
        HookResult answer = answer("bób", "pä", "+ go\r\n", "+ go\r\n", "a3 OK hello\r\n");

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(seen).startsWith("a2 CAPABILITY\r", "a3 LOGIN {4}\r", "bób {3}\r", "pä\r");
    }

    @Test
    void doesNotSendThePasswordBehindARefusal() throws IOException {
        capabilities = "IMAP4rev1";
        HookResult answer = answer("bób", "pä", WRONG);

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(seen).doesNotContain("pä\r");
    }

    @Test
    void keepsItToItselfWhereLoginIsForbidden() throws IOException {
        capabilities = "IMAP4rev1 STARTTLS LOGINDISABLED";
        HookResult answer = answer("bob", "pw", "a3 OK hello\r\n");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("takes neither AUTHENTICATE PLAIN nor LOGIN");
        assertThat(seen.toString()).doesNotContain("pw");
    }

    @ParameterizedTest
    @CsvSource({
        "'a3 OK done\r\n', OK",
        "'* CAPABILITY IMAP4rev1\r\na3 OK done\r\n', OK",
        "'a3 NO [AUTHENTICATIONFAILED] wrong\r\n', DENY",
        "'a3 NO wrong\r\n', DENY",
        "'a3 no [expired]\r\n', DENY",
        "'a3 NO [UNAVAILABLE] later\r\n', DENYSOFT",
        "'a3 NO [serverbug]\r\n', DENYSOFT",
        "'a3 NO [PRIVACYREQUIRED] TLS!\r\n', DENYSOFT",
        "'a3 BAD what?\r\n', DENYSOFT",
        "'* BYE shutting down\r\n', DENYSOFT",
        "'+ more\r\n', DENYSOFT",
        "'a1 OK done\r\n', DENYSOFT",
        "'a3 \r\n', DENYSOFT",
        "'a3 OK', DENYSOFT",
        "'a33 OK\r\n', DENYSOFT",
        "'hello\r\n', DENYSOFT",
        "'', DENYSOFT"
    })
    void goesByWhatTheServerSays(String said, Action action) throws IOException {
        HookResult answer;
        try (StandIn imap = server(said)) {
            timeout = said.endsWith("\n") ? "30" : "1";
            answer = ask(imap.address(), "bob", "pw");
            if (action == Action.DENY) {
                assertThat(answer.text())
                        .isEqualTo("auth_imap - invalid password for bob at " + imap.address());
            }
        }
        assertThat(answer.action()).as(answer.reason()).isEqualTo(action);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* BYE too many\r\n",
                "* PREAUTH you are root\r\n",
                "220 mx.example.org ESMTP\r\n",
                "a2 OK\r\n",
                "\r\n"
            })
    void givesNoPasswordToAnotherService(String said) throws IOException {
        greeting = said;
        HookResult answer = answer("bob", "pw", "a3 OK hello\r\n");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(seen.toString()).doesNotContain("AUTHENTICATE");
    }

    @ParameterizedTest
    @CsvSource({"'bob\r\na9 DELETE INBOX', x", "bob, 'x\ny'", "bob, 'x\ry'", "'b\0', x"})
    void givesNoOtherCommand(String user, String password) throws IOException {
        assertThat(answer(user, password, "a3 OK hello\r\n").action()).isEqualTo(Action.DENY);
        assertThat(seen).isEmpty();
    }

    @Test
    void endsALongAnswer() throws IOException {
        HookResult line = answer("bob", "pw", "* " + "x".repeat(10_000));
        HookResult lines = answer("bob", "pw", "* 1 EXISTS\r\n".repeat(200));

        assertThat(line.reason()).contains("longer than 8192 octets");
        assertThat(lines.reason()).contains("more than 100 lines");
        assertThat(List.of(line.action(), lines.action())).containsOnly(Action.DENYSOFT);
    }

    @Test
    void hasOneTimeForAll() throws IOException {
        timeout = "1";
        StandIn.Script script =
                (in, out) -> {
                    say(out, greeting);
                    while (!Thread.currentThread().isInterrupted()) {
                        say(out, "* 1 EXISTS");
                        out.write(new byte[0]);
                    }
                };
        try (StandIn endless = StandIn.onPort(script);
                StandIn silent = StandIn.onPort((in, out) -> expect(in))) {
            assertThat(ask(endless.address(), "bob", "pw").action()).isEqualTo(Action.DENYSOFT);
            assertThat(ask(silent.address(), "bob", "pw").action()).isEqualTo(Action.DENYSOFT);
        }
    }

    @Test
    void asksTheNextServerWhileOneIsAway() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> out.flush());
        gone.close();
        try (StandIn imap = server("a3 OK hello\r\n")) {
            HookResult answer = ask(gone.address() + "," + imap.address(), "bob", "pw");

            assertThat(answer.action()).isEqualTo(Action.OK);
        }
        assertThat(ask(gone.address(), "bob", "pw").action()).isEqualTo(Action.DENYSOFT);
    }

    private static Encryption.Plan plan(Map<String, Object> settings) {
        return Encryption.Plan.of(Configs.config(AuthImapConfig.class, settings));
    }

    private static Map<String, Object> settings(String host, int port, String tls) {
        return new HashMap<>(Map.of("host", host, "port", port, "tls", tls));
    }

    @ParameterizedTest
    @CsvSource({
        "imap.test, 0, '', YES, imap.test:993",
        "imap.test, 143, '', STARTTLS, imap.test:143",
        "imap.test:143, 0, '', STARTTLS, imap.test:143",
        "imap.test, 9993, '', YES, imap.test:9993",
        "imap.test, 0, starttls, STARTTLS, imap.test:143",
        "imap.test, 0, yes, YES, imap.test:993",
        "imap.test, 143, yes, YES, imap.test:143",
        "imap.test, 0, no, NO, imap.test:143"
    })
    void isEncryptedAsThePortHasIt(
            String host, int port, String tls, Encryption encryption, String place) {
        Encryption.Plan plan = plan(settings(host, port, tls));

        assertThat(plan.encryption()).isEqualTo(encryption);
        assertThat(plan.servers()).hasToString("[" + place + "]");
    }

    @ParameterizedTest
    @CsvSource({
        "'one.test:143,two.test', '', some servers have port 143",
        "/run/imap, no, is no host",
        "'', '', host '' is neither HOST",
        "imap.test, maybe, tls 'maybe'"
    })
    void saysWhatIsWrongWithItsSettings(String host, String tls, String what) {
        assertThatThrownBy(() -> plugin(settings(host, 0, tls)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what);
    }

    @Test
    void knowsWherePasswordsGoInClear() {
        String all = "localhost,127.0.0.1,[::1],imap.test,192.0.2.1";

        assertThat(plan(settings(all, 0, "no")).exposed())
                .hasToString("[imap.test:143, 192.0.2.1:143]");
        assertThat(plan(settings(all, 0, "starttls")).exposed()).isEmpty();
    }

    @Test
    void hasTheDocumentedDefaults() {
        AuthImapConfig defaults = Configs.config(AuthImapConfig.class, Map.of("host", "imap.test"));

        assertThat(defaults.port()).isZero();
        assertThat(defaults.tls()).isEmpty();
        assertThat(defaults.caFile()).isEmpty();
    }
}
