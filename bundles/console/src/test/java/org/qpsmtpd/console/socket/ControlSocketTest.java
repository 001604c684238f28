package org.qpsmtpd.console.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Process;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.console.command.CommandFailure;
import org.qpsmtpd.console.command.Servers;

@Timeout(60)
final class ControlSocketTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final CommandProcessorImpl processor = new CommandProcessorImpl();
    private final CountDownLatch waits = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final Path folder;
    private final Path path;
    private ControlSocket socket;

    ControlSocketTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        path = folder.resolve("console.sock");
        command("greet", (session, words) -> print("hello " + words + "\n"));
        command("where", (session, words) -> print(session.currentDir() + "\n"));
        command("much", (session, words) -> print("x".repeat(100_000)));
        command("value", (session, words) -> "a value");
        command(
                "fail",
                (session, words) -> {
                    throw CommandFailure.failed("it is so");
                });
        command(
                "wait",
                (session, words) -> {
                    waits.countDown();
                    try {
                        new CountDownLatch(1).await();
                        return null;
                    } finally {
                        interrupted.countDown();
                    }
                });
        socket = open(path);
    }

    private ControlSocket open(Path at) throws IOException {
        return ControlSocket.open(at, shell(), LONG);
    }

    private Shell shell() {
        return new Shell(processor, new Servers(), Optional.empty());
    }

    private void command(String name, Function function) {
        processor.addCommand("qpsmtpd", function, name);
    }

    private static @Nullable Object print(String text) {
        Process.Utils.current().out().print(text);
        return null;
    }

    @BeforeEach
    void hasNoMoreInTheFolderThanTheSocket() throws IOException {
        try (var entries = Files.list(folder)) {
            assertThat(entries).containsExactly(path);
        }
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        assertThat(path).doesNotExist();
    }

    /** The other end, with bare frames. */
    private static final class Wire implements AutoCloseable {
        private final SocketChannel channel;

        Wire(Path path) throws IOException {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        }

        void send(byte kind, String text) throws IOException {
            channel.write(Frame.of(kind, text).octets());
        }

        Frame read() throws IOException {
            Frame frame = Frame.read(channel, () -> {});
            assertThat(frame).as("an answer").isNotNull();
            return frame;
        }

        boolean isEnded() throws IOException {
            return Frame.read(channel, () -> {}) == null;
        }

        /** What is printed up to the exit, and the status behind it. */
        String runs(String line) throws IOException {
            send(Frame.RUN, line);
            return rest();
        }

        String rest() throws IOException {
            StringBuilder text = new StringBuilder();
            Frame frame = read();
            while (frame.kind() != Frame.EXIT) {
                if (frame.kind() != Frame.TAKEN) {
                    text.append((char) frame.kind()).append(':').append(frame.text());
                }
                frame = read();
            }
            return text.toString() + Byte.toUnsignedInt(frame.payload().get());
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void tellsThatACommandRunsBeforeItEnds() throws Exception {
        try (Wire wire = new Wire(path)) {
            wire.send(Frame.RUN, "wait");
            assertThat(wire.read().kind()).isEqualTo(Frame.TAKEN);
            waits.await();
            wire.send(Frame.INTERRUPT, "");
            assertThat(wire.rest()).isEqualTo("130");
        }
    }

    @Test
    void onlyTheOwnerMayConnect() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void replacesTheSocketOfADeadServer() throws IOException {
        Path dead = folder.resolve("dead");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(dead))
                .close();
        assertThat(dead).exists();
        try (ControlSocket successor = open(dead);
                Wire wire = new Wire(dead)) {
            assertThat(successor).isNotNull();
            assertThat(wire.runs("greet")).isEqualTo("O:hello []\n0");
        }
    }

    @Test
    void leavesTheSocketOfALiveServer() throws IOException {
        assertThatThrownBy(() -> open(path)).hasMessageContaining("another server");
        try (Wire wire = new Wire(path)) {
            assertThat(wire.runs("greet")).endsWith("0");
        }
    }

    @Test
    void leavesWhatIsNoSocket() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "kept");
        assertThatThrownBy(() -> open(file)).hasMessageContaining("no socket");
        assertThat(file).hasContent("kept");
    }

    @Test
    void saysThatAPathIsTooLong() {
        Path path = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> open(path))
                .hasMessageContaining("106 octets")
                .hasMessageContaining("QPSMTPD_CONSOLE");
    }

    @Test
    void runsCommandsAndTellsTheirStatus() throws IOException {
        try (Wire wire = new Wire(path)) {
            assertThat(wire.runs("greet you 'and me'")).isEqualTo("O:hello [you, and me]\n0");
            assertThat(wire.runs("qpsmtpd:greet 10.0.0.*")).isEqualTo("O:hello [10.0.0.*]\n0");
            assertThat(wire.runs("value")).isEqualTo("O:a value\n0");
            assertThat(wire.runs("fail")).isEqualTo("E:it is so\n1");
            assertThat(wire.runs("gret"))
                    .isEqualTo("E:no command 'gret', did you mean 'greet'?\n2");
            assertThat(wire.runs("much")).hasSizeGreaterThan(100_000).endsWith("x0");
        }
    }

    @Test
    void runsThemWhereTheClientIs() throws IOException {
        try (Wire wire = new Wire(path)) {
            wire.send(Frame.DIRECTORY, folder.toString());
            assertThat(wire.runs("where")).isEqualTo("O:" + folder + "\n0");
        }
    }

    @Test
    void completesNames() throws IOException {
        try (Wire wire = new Wire(path)) {
            ByteBuffer request =
                    ByteBuffer.allocate(6).putInt(1).put("gx".getBytes(StandardCharsets.UTF_8));
            wire.channel.write(new Frame(Frame.COMPLETE, request.array()).octets());
            Frame answer = wire.read();
            assertThat(answer.kind()).isEqualTo(Frame.CANDIDATES);
            assertThat(answer.text()).isEqualTo("greet");
        }
    }

    @Test
    void anInterruptEndsTheCommandAndNotTheConsole() throws Exception {
        try (Wire wire = new Wire(path)) {
            wire.send(Frame.RUN, "wait");
            waits.await();
            wire.send(Frame.INTERRUPT, "");
            assertThat(wire.rest()).isEqualTo("130");
            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(wire.runs("greet")).isEqualTo("O:hello []\n0");
        }
    }

    @Test
    void theEndIsToldAlthoughAnInterruptComesThen() throws Exception {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(loopback);
                SocketChannel there = SocketChannel.open(server.getLocalAddress())) {
            Client client = new Client(server.accept(), shell(), timer, LONG, ended -> {});
            client.start();
            Thread.currentThread().interrupt();
            client.ended(130);
            assertThat(Thread.interrupted()).isFalse();

            Frame told = Frame.read(there, () -> {});
            assertThat(told).isNotNull();
            assertThat(told.kind()).isEqualTo(Frame.EXIT);
            client.close();
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void aClientThatGoesEndsItsCommand() throws Exception {
        try (Wire wire = new Wire(path)) {
            wire.send(Frame.RUN, "wait");
            waits.await();
        }
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theEndOfTheSocketEndsCommandsAndClients() throws Exception {
        try (Wire wire = new Wire(path)) {
            wire.send(Frame.RUN, "wait");
            waits.await();
            socket.close();
            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> new Wire(path)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoAsksNothingIsLetGo() throws IOException {
        Path impatient = folder.resolve("impatient");
        try (ControlSocket other = ControlSocket.open(impatient, shell(), Duration.ofMillis(1));
                Wire wire = new Wire(impatient)) {
            assertThat(other).isNotNull();
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void aNinthClientIsTurnedAway() throws IOException {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < ControlSocket.MOST_CLIENTS; i++) {
            Wire wire = new Wire(path);
            wires.add(wire);
            assertThat(wire.runs("greet")).endsWith("0");
        }
        try (Wire ninth = new Wire(path)) {
            assertThat(ninth.rest()).isEqualTo("E:there are 8 consoles open: close one first\n2");
        }
        for (Wire wire : wires) {
            wire.close();
        }
    }

    @Test
    void aFrameThatIsTooLongEndsTheClient() throws IOException {
        try (Wire wire = new Wire(path)) {
            wire.channel.write(ByteBuffer.allocate(5).put(Frame.RUN).putInt(Frame.MOST + 1).flip());
            assertThat(wire.isEnded()).isTrue();
        }
    }

    @Test
    void anUnknownFrameEndsTheClient() throws IOException {
        try (Wire wire = new Wire(path)) {
            wire.send((byte) '?', "");
            assertThat(wire.isEnded()).isTrue();
        }
    }
}
