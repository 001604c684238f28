package org.qpsmtpd.plugin.auth.authvpopmaild;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.auth.Credentials;
import org.qpsmtpd.api.auth.Secret;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.StandIn;

@Timeout(120)
final class AuthVpopmaildPluginTest {
    private final NettyPeers peers = new NettyPeers();
    private String timeout = "30";
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        peers.close();
    }

    private HookResult answer(String address, String user, String password) {
        AuthVpopmaildPlugin plugin =
                new AuthVpopmaildPlugin(
                        Configs.config(AuthVpopmaildConfig.class, Map.of("host", address)),
                        Configs.config(PeerOptions.class, Map.of("timeoutSeconds", timeout)),
                        peers);
        Credentials credentials = Credentials.withPassword("PLAIN", user, Secret.of(password));
        HookResult result = plugin.onAuthPlain(FakeConnection.create(), credentials);
        try {
            return result.pending()
                    .map(later -> later.answer().toCompletableFuture().join())
                    .orElse(result);
        } finally {
            plugin.close();
        }
    }

    /** Octet by octet, as a slow one would. */
    private HookResult answer(String greeting, String said, String user, String password)
            throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    say(out, greeting);
                    seen.add(line(in));
                    say(out, said);
                };
        try (StandIn vpopmaild = StandIn.onPort(script)) {
            return answer(vpopmaild.address(), user, password);
        }
    }

    private static void say(OutputStream out, String text) throws IOException {
        for (byte octet : text.getBytes(ISO_8859_1)) {
            out.write(octet);
            out.flush();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line.write(octet);
        }
        return line.toString(UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "'+OK\r\n', OK",
        "'+OK+\r\nvpopmail_dir /home\r\n.\r\n', OK",
        "'-ERR 1.2 Invalid user\r\n', DECLINED",
        "'hello\r\n', DENYSOFT",
        "'', DENYSOFT",
        "'-E', DENYSOFT"
    })
    void goesByWhatVpopmaildSays(String said, Action action) throws IOException {
        HookResult answer = answer("+OK ready\r\n", said, "bob@example.org", "a secret é");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(seen).containsExactly("login bob@example.org a secret é");
        assertThat(answer.toString()).doesNotContain("secret");
    }

    @Test
    void givesNoPasswordToAnotherService() throws IOException {
        HookResult answer = answer("-ERR busy\r\n", "+OK\r\n", "bob", "x");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("vpopmaild greets with '-ERR busy'");
        assertThat(seen).doesNotContain("login bob x");
    }

    @ParameterizedTest
    @CsvSource({
        "'bob eve', x",
        "'bob\nmod_user', x",
        "bob, 'x\nrm_domain example.org'",
        "'b\0', x"
    })
    void givesNoOtherCommand(String user, String password) throws IOException {
        assertThat(answer("+OK\r\n", "+OK\r\n", user, password).action())
                .isEqualTo(Action.DECLINED);
        assertThat(seen).isEmpty();
    }

    @Test
    void endsALongAnswer() throws IOException {
        HookResult answer = answer("+OK\r\n", "x".repeat(2000), "bob", "x");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("longer than 1024 octets");
    }

    @Test
    void defersWhileNobodyIsThere() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> out.flush());
        gone.close();

        assertThat(answer(gone.address(), "bob", "x").action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void defersWhenNothingIsSaidInTime() throws IOException {
        timeout = "1";
        try (StandIn silent = StandIn.onPort((in, out) -> line(in))) {
            assertThat(answer(silent.address(), "bob", "x").action()).isEqualTo(Action.DENYSOFT);
        }
    }

    @Test
    void hasTheDocumentedDefaults() {
        AuthVpopmaildConfig defaults = Configs.config(AuthVpopmaildConfig.class);

        assertThat(defaults.host()).isEqualTo("localhost");
        assertThat(defaults.port()).isEqualTo(89);
    }
}
