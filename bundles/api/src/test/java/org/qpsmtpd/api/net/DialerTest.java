package org.qpsmtpd.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

@Timeout(60)
class DialerTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(50);

    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Dialer dial(Duration limit) throws IOException {
        return Dialer.connect("127.0.0.1", server.getLocalPort(), limit);
    }

    @Test
    void talks() throws IOException {
        try (Dialer dialer = dial(LONG);
                Socket peer = server.accept()) {
            dialer.out().write("ask\n".getBytes(US_ASCII));
            dialer.endOutput();
            assertThat(new String(peer.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("ask\n");
            peer.getOutputStream().write("told".getBytes(US_ASCII));
            peer.shutdownOutput();

            assertThat(new String(dialer.in().readAllBytes(), US_ASCII)).isEqualTo("told");
            assertThat(dialer.left()).isPositive();
            assertThat(dialer.place()).isEqualTo("127.0.0.1:" + server.getLocalPort());
        }
    }

    @Test
    void givesUpAPeerThatNeverAnswers() throws IOException {
        try (Dialer dialer = dial(SHORT)) {
            assertThatThrownBy(() -> dialer.in().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(dialer.place() + " did not answer in time");
            assertThat(dialer.left()).isZero();
        }
    }

    @Test
    void givesUpAPeerThatTrickles() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Thread trickling = new Thread(() -> trickle(over));
        trickling.start();
        try (Dialer dialer = dial(SHORT)) {
            assertThatThrownBy(() -> dialer.in().readAllBytes())
                    .isInstanceOf(SocketTimeoutException.class);
        }
        over.countDown();
        trickling.join();
    }

    private void trickle(CountDownLatch over) {
        try (Socket peer = server.accept();
                OutputStream out = peer.getOutputStream()) {
            while (!over.await(10, TimeUnit.MILLISECONDS)) {
                out.write('.');
            }
        } catch (IOException | InterruptedException e) {
            // The other side has gone, which ends it.
        }
    }

    @Test
    void givesUpAPeerThatDoesNotRead() throws IOException {
        try (Dialer dialer = dial(SHORT)) {
            byte[] much = new byte[1024 * 1024];
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    dialer.out().write(much);
                                }
                            })
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void failsWhenThePeerResets() throws IOException {
        try (Dialer dialer = dial(LONG)) {
            Socket peer = server.accept();
            peer.setSoLinger(true, 0);
            peer.close();

            assertThatThrownBy(() -> dialer.in().read())
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void saysWhereNobodyListens() throws IOException {
        int port = server.getLocalPort();
        server.close();

        assertThatThrownBy(() -> Dialer.connect("127.0.0.1", port, LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + port);
        assertThatThrownBy(() -> Dialer.connect("a host", port, LONG))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void isATimeOutWhenNoTimeIsLeft() {
        assertThatThrownBy(() -> dial(Duration.ZERO)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void givesABlockingChannel() throws IOException {
        try (SocketChannel channel = Dialer.channel("127.0.0.1", server.getLocalPort(), LONG);
                Socket peer = server.accept()) {
            assertThat(channel.isBlocking()).isTrue();
            assertThat(((InetSocketAddress) channel.getLocalAddress()).getPort())
                    .isEqualTo(peer.getPort());
        }
    }

    @Test
    void talksToASocketInTheFileSystem(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("s");
        try (ServerSocketChannel listening =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path));
            try (Dialer dialer = Dialer.connect(path, LONG);
                    SocketChannel peer = listening.accept()) {
                peer.write(ByteBuffer.wrap(new byte[] {'x'}));
                assertThat(dialer.in().read()).isEqualTo('x');
                assertThat(dialer.place()).isEqualTo(path.toString());
            }
        }
        assertThatThrownBy(() -> Dialer.connect(path, LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString());
    }
}
