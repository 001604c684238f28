package org.qpsmtpd.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.net.Authorities;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.testkit.TestCertificate;

@Timeout(60)
final class TlsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static TestCertificate certificate;
    private static SSLContext trusting;

    private final NettyPeers peers = new NettyPeers();

    @BeforeAll
    static void make(@TempDir Path folder) throws Exception {
        certificate = TestCertificate.in(folder);
        trusting = Authorities.client("caFile", certificate.pem().toString());
    }

    @AfterEach
    void close() {
        peers.close();
    }

    /** What is done with each connection. */
    private interface Script {
        void play(Socket socket) throws IOException;
    }

    private static ServerSocket serve(Script script) throws IOException {
        ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread thread =
                new Thread(
                        () -> {
                            while (!server.isClosed()) {
                                try (Socket socket = server.accept()) {
                                    script.play(socket);
                                } catch (IOException e) {
                                    // the other side went, as tests have it
                                }
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static SSLSocket encrypted(Socket socket) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        certificate
                                .context()
                                .getSocketFactory()
                                .createSocket(socket, "localhost", socket.getPort(), true);
        tls.setUseClientMode(false);
        return tls;
    }

    private static void say(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(US_ASCII));
        out.flush();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static void echo(Socket socket) throws IOException {
        say(socket, "hello\n");
        for (String line = line(socket.getInputStream());
                !line.isEmpty();
                line = line(socket.getInputStream())) {
            say(socket, line + "!\n");
        }
    }

    private static PeerSettings at(String host, ServerSocket server) {
        PeerAddress address = new PeerAddress(host, server.getLocalPort(), null);
        return new PeerSettings(List.of(address), LONG, 10, Duration.ZERO, 5, LONG);
    }

    private static Exchange<String> say(String question) {
        return Exchange.of(
                Outgoing.of(question.getBytes(US_ASCII)),
                () -> TextAnswer.upTo((byte) '\n', 100_000, US_ASCII));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static PeerFailure failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        try {
            throw new AssertionError("answered: " + future.join());
        } catch (CompletionException e) {
            return PeerFailure.of(e);
        }
    }

    @Test
    void isThereFromTheFirstOctetOn() throws IOException {
        try (ServerSocket server = serve(socket -> echo(encrypted(socket)));
                Peer peer = peers.open("echo", at("localhost", server).encrypted(trusting));
                Line<String> line = join(peer.hold(say("")))) {
            String large = "x".repeat(50_000);

            assertThat(line.greeting()).isEqualTo("hello");
            assertThat(join(line.ask(say(large + "\n"), LONG))).isEqualTo(large + "!");
        }
    }

    @Test
    void takesNobodyElsesCertificate() throws IOException {
        SSLContext usual = Authorities.client("caFile", "");
        try (ServerSocket server = serve(socket -> echo(encrypted(socket)));
                Peer unknown = peers.open("echo", at("localhost", server).encrypted(usual));
                Peer named = peers.open("echo", at("127.0.0.1", server).encrypted(trusting))) {
            assertThat(failure(unknown.ask(say("x\n"))).text())
                    .startsWith("echo at localhost:")
                    .contains("TLS cannot begin", "PKIX");
            assertThat(failure(named.ask(say("x\n"))).text()).contains("TLS cannot begin");
        }
    }

    @Test
    void doesNotWaitForeverForAHandshake() throws IOException {
        try (ServerSocket server = serve(socket -> socket.getInputStream().readAllBytes())) {
            PeerAddress address = new PeerAddress("localhost", server.getLocalPort(), null);
            PeerSettings settings =
                    new PeerSettings(
                                    List.of(address),
                                    Duration.ofMillis(300),
                                    10,
                                    Duration.ZERO,
                                    5,
                                    LONG)
                            .encrypted(trusting);
            try (Peer peer = peers.open("echo", settings)) {
                assertThat(failure(peer.ask(say("x\n"))).text()).startsWith("echo at localhost");
            }
        }
    }

    @Test
    void beginsWhereItIsAskedFor() throws IOException {
        Script script =
                socket -> {
                    say(socket, "hello\n");
                    say(socket, "yes to " + line(socket.getInputStream()) + "\n");
                    echo(encrypted(socket));
                };
        try (ServerSocket server = serve(script);
                Peer peer = peers.open("echo", at("localhost", server));
                Line<String> line = join(peer.hold(say("")))) {
            assertThat(join(line.ask(say("STARTTLS\n"), LONG))).isEqualTo("yes to STARTTLS");
            join(line.encrypt(trusting, LONG));

            assertThat(join(line.ask(say(""), LONG))).isEqualTo("hello");
            assertThat(join(line.ask(say("secret\n"), LONG))).isEqualTo("secret!");
        }
    }

    @Test
    void sendsNothingMoreWhereItCannotBegin() throws IOException {
        CompletableFuture<Integer> behind = new CompletableFuture<>();
        Script script =
                socket -> {
                    say(socket, "hello\n");
                    String asked = line(socket.getInputStream());
                    say(socket, asked + (asked.equals("more") ? "\ninjected\n" : "\n"));
                    if (asked.equals("more")) {
                        behind.complete(socket.getInputStream().read());
                    } else {
                        say(socket, "no TLS here\n");
                        socket.getInputStream().readAllBytes();
                    }
                };
        try (ServerSocket server = serve(script);
                Peer peer = peers.open("echo", at("localhost", server))) {
            Line<String> line = join(peer.hold(say("")));
            assertThat(join(line.ask(say("no\n"), LONG))).isEqualTo("no");
            assertThat(failure(line.encrypt(trusting, LONG)).text()).contains("TLS");
            assertThat(failure(line.ask(say("secret\n"), LONG)).text()).contains("TLS");

            Line<String> other = join(peer.hold(say("")));
            assertThat(join(other.ask(say("more\n"), LONG))).isEqualTo("more");
            assertThat(failure(other.encrypt(trusting, LONG)).text())
                    .contains("it sends in clear where TLS is to begin");
            assertThat(behind.join()).isEqualTo(-1);
        }
    }

    @Test
    void needsAName() {
        PeerAddress file = PeerAddress.parse("socket", "/run/x", 0);
        PeerSettings settings = new PeerSettings(List.of(file), LONG, 1, Duration.ZERO, 1, LONG);

        assertThatThrownBy(() -> settings.encrypted(trusting))
                .hasMessage("/run/x: TLS needs a host, whose name the certificate has");
    }
}
