package org.qpsmtpd.plugin.auth.authdovecot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.auth.SaslExchange;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.auth.SaslStep;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.StandIn;

@Timeout(120)
final class AuthDovecotPluginTest {
    private static final String HELLO =
            """
            VERSION|1|2
            MECH|PLAIN|plaintext
            MECH|CRAM-MD5|dictionary|active
            MECH|ANONYMOUS|anonymous
            MECH|EXTERNAL
            MECH|SCRAM-SHA-1-PLUS
            MECH|SECRET|private
            MECH|bad name
            SPID|7
            CUID|1
            COOKIE|abc
            DONE
            """
                    .replace('|', '\t');

    private final NettyPeers peers = new NettyPeers();
    private String timeout = "30";
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Path socket;

    AuthDovecotPluginTest(@TempDir Path folder) {
        socket = folder.resolve("auth");
    }

    @AfterEach
    void close() {
        peers.close();
    }

    private AuthDovecotPlugin plugin(String... options) {
        Map<String, String> values = new HashMap<>(Map.of("socket", socket.toString()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AuthDovecotPlugin(
                Configs.config(AuthDovecotConfig.class, values),
                Configs.config(PeerOptions.class, Map.of("timeoutSeconds", timeout)),
                peers);
    }

    /** Says its lines, and to each request of a client what is to be said, with its number. */
    private StandIn dovecot(String hello, String... answers) throws IOException {
        return StandIn.at(
                socket,
                (in, out) -> {
                    say(out, hello);
                    assertThat(line(in)).isEqualTo("VERSION\t1\t1");
                    assertThat(line(in)).startsWith("CPID\t");
                    for (String answer : answers) {
                        String request = line(in);
                        seen.add(request);
                        say(out, answer.replace("ID", request.split("\t", -1)[1]));
                    }
                    in.transferTo(OutputStream.nullOutputStream());
                });
    }

    /** Octet by octet, as a slow one would. */
    private static void say(OutputStream out, String text) throws IOException {
        for (byte octet : text.getBytes(UTF_8)) {
            out.write(octet);
            out.flush();
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet >= 0 && octet != '\n') {
            line.write(octet);
            octet = in.read();
        }
        if (octet < 0) {
            throw new IOException("the client went");
        }
        return line.toString(UTF_8);
    }

    private static List<String> names(AuthDovecotPlugin plugin) {
        Client client = Client.inClear();
        plugin.onConnect(client.connection())
                .pending()
                .ifPresent(later -> later.answer().toCompletableFuture().join());
        return plugin.mechanisms(client.connection()).stream().map(SaslMechanism::name).toList();
    }

    private static SaslExchange begin(AuthDovecotPlugin plugin, String name, Client client) {
        assertThat(names(plugin)).contains(name);
        return plugin.mechanisms(client.connection()).stream()
                .filter(mechanism -> mechanism.name().equals(name))
                .findFirst()
                .orElseThrow()
                .begin(client);
    }

    private static SaslStep step(SaslExchange exchange, String response) {
        return exchange.respond(response.getBytes(UTF_8)).toCompletableFuture().join();
    }

    private SaslStep plain(String answer) throws IOException {
        try (StandIn dovecot = dovecot(HELLO, answer)) {
            assertThat(dovecot.address()).isEqualTo(socket.toString());
            SaslExchange exchange = begin(plugin(), "PLAIN", Client.encrypted());
            SaslStep step = step(exchange, "\0bob\0secret");
            exchange.end();
            return step;
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void offersWhatDovecotHasAndClientsMayUse() throws IOException {
        try (StandIn dovecot = dovecot(HELLO)) {
            assertThat(names(plugin())).containsExactly("CRAM-MD5", "PLAIN");
            assertThat(dovecot.accepted()).isEqualTo(1);
        }
    }

    @Test
    void offersOnlyWhatIsWanted() throws IOException {
        try (StandIn dovecot = dovecot(HELLO)) {
            assertThat(names(plugin("mechanisms", " plain"))).containsExactly("PLAIN");
            assertThat(dovecot.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "VERSION\t2\t0\nDONE\n",
                "MECH\tPLAIN\nDONE\n",
                "220 hello\n",
                "VERSION\n"
            })
    void offersNothingOfAnotherService(String hello) throws IOException {
        timeout = "2";
        try (StandIn other = dovecot(hello)) {
            assertThat(names(plugin())).isEmpty();
            assertThat(other.accepted()).isEqualTo(1);
        }
    }

    @Test
    void offersNothingWithoutDovecot() {
        assertThat(names(plugin())).isEmpty();
    }

    @Test
    void saysWhoTheClientIs() throws IOException {
        SaslStep step = plain("OK\tID\tuser=bob@example.org\n");

        assertThat(step.kind()).isEqualTo(SaslStep.Kind.SUCCESS);
        assertThat(step.user()).isEqualTo("bob@example.org");
        assertThat(seen)
                .singleElement()
                .asString()
                .matches(
                        "AUTH\t[0-9]+\tPLAIN\tservice=smtp\tsecured=tls\trip=192\\.0\\.2\\.7"
                                + "\trport=40000\tlip=192\\.0\\.2\\.1\tlport=587\tresp=AGJvYgBzZWNyZXQ=");
    }

    @ParameterizedTest
    @CsvSource({
        "FAIL|ID|user=bob, FAILURE",
        "FAIL|ID|user=bob|code=user_disabled|reason=no, FAILURE",
        "FAIL|ID|temp, DEFERRED",
        "FAIL|ID|user=bob|code=temp_fail, DEFERRED",
        "OK|ID, DEFERRED",
        "CONT|ID|%%%, DEFERRED"
    })
    void goesByTheReply(String reply, SaslStep.Kind kind) throws IOException {
        SaslStep step = plain(reply.replace('|', '\t') + "\n");

        assertThat(step.kind()).isEqualTo(kind);
        assertThat(step.reason()).doesNotContain("secret");
    }

    @Test
    void defersWhenNothingIsSaidInTime() throws IOException {
        timeout = "1";

        assertThat(plain("NOTE\n").kind()).isEqualTo(SaslStep.Kind.DEFERRED);
        assertThat(plain("OK\t0\tuser=eve\n").kind()).isEqualTo(SaslStep.Kind.DEFERRED);
    }

    @Test
    void defersWhenDovecotIsTooLoud() throws IOException {
        assertThat(plain("x".repeat(20_000)).kind()).isEqualTo(SaslStep.Kind.DEFERRED);
        assertThat(plain("NOTE\n".repeat(200)).kind()).isEqualTo(SaslStep.Kind.DEFERRED);
    }

    @Test
    void carriesChallengesAndTheLastOctets() throws IOException {
        try (StandIn dovecot =
                dovecot(HELLO, "CONT\tID\tPDEyPg==\n", "OK\tID\tuser=bob\tresp=dj0x\n")) {
            SaslExchange exchange = begin(plugin(), "CRAM-MD5", Client.inClear());
            SaslStep challenge = exchange.start().toCompletableFuture().join();
            SaslStep end = step(exchange, "bob 00");
            exchange.end();

            assertThat(new String(challenge.octets(), UTF_8)).isEqualTo("<12>");
            assertThat(new String(end.octets(), UTF_8)).isEqualTo("v=1");
            assertThat(seen.get(0)).doesNotContain("resp=", "secured");
            assertThat(seen.get(1)).startsWith("CONT\t").endsWith("\tYm9iIDAw");
            assertThat(dovecot.accepted()).isEqualTo(1);
        }
    }

    @Test
    void sendsNoLineThatDovecotDoesNotTake() throws IOException {
        try (StandIn dovecot = dovecot(HELLO)) {
            SaslExchange exchange = begin(plugin(), "PLAIN", Client.encrypted());

            assertThat(step(exchange, "x".repeat(9000)).kind()).isEqualTo(SaslStep.Kind.FAILURE);
            assertThat(dovecot.accepted()).isEqualTo(1);
        }
    }

    @Test
    void leavesNoRequestBehindForTheNextClient() throws IOException {
        try (StandIn dovecot = dovecot(HELLO)) {
            SaslExchange exchange = begin(plugin(), "PLAIN", Client.encrypted());
            var step = exchange.respond("\0bob\0secret".getBytes(UTF_8)).toCompletableFuture();
            exchange.end();

            assertThat(step.join().kind()).isEqualTo(SaslStep.Kind.DEFERRED);
            assertThat(step.join().reason()).doesNotContain("no answer within");
            assertThat(dovecot.accepted()).isLessThan(3);
        }
    }

    @Test
    void saysWhatIsWrongWithAnOption() {
        assertThatThrownBy(() -> plugin("mechanisms", "PLAIN\tx"))
                .hasMessageContaining("is not the name of a mechanism");
        assertThatThrownBy(() -> plugin("socket", "auth")).hasMessageContaining("socket 'auth'");
    }
}
