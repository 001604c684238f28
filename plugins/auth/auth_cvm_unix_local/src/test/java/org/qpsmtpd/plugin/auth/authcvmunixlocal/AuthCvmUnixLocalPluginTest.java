package org.qpsmtpd.plugin.auth.authcvmunixlocal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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
final class AuthCvmUnixLocalPluginTest {
    private final NettyPeers peers = new NettyPeers();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Path socket;
    private int port = 465;

    AuthCvmUnixLocalPluginTest(@TempDir Path folder) {
        socket = folder.resolve("cvm");
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private AuthCvmUnixLocalPlugin plugin(String... options) {
        Map<String, String> values = new HashMap<>(Map.of("cvm_socket", socket.toString()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AuthCvmUnixLocalPlugin(
                Configs.config(AuthCvmUnixLocalConfig.class, values),
                Configs.config(PeerOptions.class),
                peers);
    }

    private HookResult ask(String user, String password, String... options) {
        AuthCvmUnixLocalPlugin plugin = plugin(options);
        Credentials credentials = Credentials.withPassword("PLAIN", user, Secret.of(password));
        FakeConnection connection = FakeConnection.create().withLocal("192.0.2.1", port);
        HookResult result = plugin.onAuthPlain(connection, credentials);
        try {
            return result.pending()
                    .map(later -> later.answer().toCompletableFuture().join())
                    .orElse(result);
        } finally {
            plugin.close();
        }
    }

    private HookResult answer(byte[] said, String user, String password, String... options)
            throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    seen.add(new String(in.readAllBytes(), UTF_8));
                    out.write(said);
                };
        try (StandIn module = StandIn.at(socket, script)) {
            assertThat(module.address()).isEqualTo(socket.toString());
            return ask(user, password, options);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "100, DENY", "1, DENYSOFT", "101, DENYSOFT", "255, DENYSOFT"})
    void goesByTheFirstOctet(int code, Action action) throws IOException {
        HookResult answer = answer(new byte[] {(byte) code, 'x', 0}, "bob", "a secret é");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(seen).containsExactly("\1bob\0localhost\0a secret é\0\0");
        assertThat(answer.toString()).doesNotContain("secret");
    }

    @Test
    void saysWhoSucceeded() throws IOException {
        assertThat(answer(new byte[1], "bob", "x").text()).isEqualTo("auth success for bob");
    }

    @Test
    void defersWithoutGoodAnswer() throws IOException {
        assertThat(ask("bob", "x").action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer(new byte[0], "bob", "x").action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void endsALongAnswer() throws IOException {
        assertThat(answer(new byte[2000], "bob", "x").action()).isEqualTo(Action.DENYSOFT);
    }

    @ParameterizedTest
    @CsvSource({
        "25, no, yes, DECLINED",
        "587, no, yes, DECLINED",
        "25, yes, no, OK",
        "587, yes, no, OK",
        "465, yes, no, DECLINED",
        "465, no, yes, OK",
        "2525, no, no, OK"
    })
    void isAskedOnPortsThatAreEnabled(int on, String smtp, String ssmtp, Action action)
            throws IOException {
        port = on;
        String[] options = {
            "enable_smtp", String.valueOf(smtp.equals("yes")),
            "enable_ssmtp", String.valueOf(ssmtp.equals("yes"))
        };

        assertThat(answer(new byte[1], "bob", "x", options).action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({"'root\0x', y", "bob, 'x\0y'"})
    void sendsNoOtherFields(String user, String password) throws IOException {
        assertThat(answer(new byte[1], user, password).action()).isEqualTo(Action.DENY);
        assertThat(seen).isEmpty();
    }

    @Test
    void sendsNoMoreThanAModuleReads() throws IOException {
        assertThat(answer(new byte[1], "bob", "x".repeat(500)).action()).isEqualTo(Action.DENY);
    }

    @Test
    void needsASocket() {
        assertThatThrownBy(() -> plugin("cvm_socket", ""))
                .hasMessageContaining("cvm_socket '' is not the absolute path");
    }
}
