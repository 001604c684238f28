package org.qpsmtpd.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.TextAnswer;

/** Open files as questions, read by a service that gets nothing else. */
@Timeout(60)
final class PassingTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final NettyPeers peers = new NettyPeers();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Path folder;
    private final PeerAddress address;

    PassingTest(@TempDir Path folder) throws InterruptedException {
        this.folder = folder;
        Path socket = folder.resolve("service");
        address = new PeerAddress("", 0, socket);
        new ServerBootstrap()
                .group(loops)
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(
                        EpollChannelOption.DOMAIN_SOCKET_READ_MODE,
                        DomainSocketReadMode.FILE_DESCRIPTORS)
                .childHandler(new Reader())
                .bind(new DomainSocketAddress(socket.toString()))
                .sync();
    }

    /** Answers with what it reads from the file. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
            FileDescriptor file = (FileDescriptor) message;
            ByteBuffer content = ByteBuffer.allocateDirect(100);
            int count = file.read(content, 0, content.capacity());
            file.close();
            byte[] octets = new byte[count];
            content.get(octets);
            var unused = context.writeAndFlush(Unpooled.wrappedBuffer(octets, new byte[] {'\n'}));
        }
    }

    @AfterEach
    void close() {
        peers.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static Exchange<String> passing(Path file) {
        return Exchange.of(
                        Outgoing.of(new byte[0]), () -> TextAnswer.upTo((byte) '\n', 100, US_ASCII))
                .passing(file);
    }

    private PeerSettings settings() {
        return new PeerSettings(List.of(address), LONG, 1, LONG, 1, LONG);
    }

    private Path file(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "in " + name);
    }

    /** With one connection at a time: each is closed behind its answer, as is each file. */
    @Test
    void passesFilesAsTheyAreOpen() throws IOException {
        long before = openFiles();
        try (Peer peer = peers.open("service", settings().passingFiles())) {
            assertThat(peer.ask(passing(file("a"))).toCompletableFuture().join()).isEqualTo("in a");
            assertThat(peer.ask(passing(file("b"))).toCompletableFuture().join()).isEqualTo("in b");
            assertThat(peer.figures())
                    .anyMatch(f -> f.name().equals("peer_connected") && f.value() == 2);
        }
        assertThat(openFiles()).isEqualTo(before);
    }

    /** Of the test's folder, by this process. */
    private long openFiles() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(this::isOfTheFolder).count();
        }
    }

    private boolean isOfTheFolder(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(folder);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void failsForAFileThatIsNotThere() {
        try (Peer peer = peers.open("service", settings().passingFiles())) {
            assertThatThrownBy(
                            () ->
                                    peer.ask(passing(folder.resolve("none")))
                                            .toCompletableFuture()
                                            .join())
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(PeerFailure.class)
                    .hasMessageContaining("the message cannot be read");
        }
    }

    @Test
    void isSaidBefore() throws IOException {
        Path file = file("a");
        try (Peer peer = peers.open("service", settings())) {
            assertThatThrownBy(() -> peer.ask(passing(file)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the way to service passes no files");
        }
        PeerAddress port = PeerAddress.parse("at", "127.0.0.1:1", 0);
        PeerSettings toPort = new PeerSettings(List.of(port), LONG, 1, LONG, 1, LONG);
        assertThatThrownBy(toPort::passingFiles)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1:1: an open file can be passed over a socket");
    }
}
