package org.qpsmtpd.runtime.felix.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A server that listens and accepts nobody, as one does that has no descriptor left. The tests do
 * nothing but wait, so they do it together.
 */
@Timeout(90)
@Execution(ExecutionMode.CONCURRENT)
final class ServerSocketPathTest {
    private static final int BACKLOG = 1;

    private final Path path;

    ServerSocketPathTest(@TempDir Path folder) {
        path = folder.resolve("console.sock");
    }

    private ServerSocketChannel listening() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path), BACKLOG);
    }

    @Test
    void aCommandIsNotWaitedForWithoutEnd() throws Exception {
        try (ServerSocketChannel listening = listening();
                SocketChannel channel = ServerSocketPath.at(path)) {
            ConsoleConnection connection =
                    new ConsoleConnection(
                            channel,
                            OutputStream.nullOutputStream(),
                            OutputStream.nullOutputStream());
            assertThat(listening.isOpen()).isTrue();
            assertThatThrownBy(() -> connection.run("status"))
                    .isInstanceOf(IOException.class)
                    .hasMessage(ConsoleTimeLimit.OVER);
        }
    }

    @Test
    void norIsAConnection() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel listening = listening()) {
            assertThat(listening.isOpen()).isTrue();
            assertThatThrownBy(
                            () -> {
                                while (waiting.size() < BACKLOG + 10) {
                                    waiting.add(ServerSocketPath.at(path));
                                }
                            })
                    .isInstanceOf(ConsoleFailure.class)
                    .hasMessageContaining("does not answer");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }
}
