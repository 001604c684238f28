package org.qpsmtpd.store.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;

/** Debian's Redis on a port of its own, with nothing but what a test says. */
final class RedisServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/redis-server");

    private final Path folder;
    private final int port;
    private final List<String> options;
    private Process process;

    private RedisServer(Path folder, int port, List<String> options) {
        this.folder = folder;
        this.port = port;
        this.options = options;
        process = start();
    }

    /** Skips the test where there is no Redis. */
    static void require() {
        boolean isMissing = !Files.isExecutable(PROGRAM);
        if (isMissing && "true".equals(System.getenv("CI"))) {
            throw new AssertionError("redis-server is not installed");
        }
        Assumptions.assumeFalse(isMissing, "redis-server is not installed");
    }

    /** Starts one whose options are given; {@code PORT} in them is its port. */
    static RedisServer start(Path folder, String... options) {
        require();
        return new RedisServer(folder, freePort(), List.of(options));
    }

    /** Starts one with its port as usual. */
    static RedisServer plain(Path folder) {
        return start(folder, "--port", "PORT", "--save", "", "--appendonly", "no");
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    private Process start() {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        options.forEach(option -> command.add(option.replace("PORT", String.valueOf(port))));
        command.addAll(List.of("--dir", folder.toString()));
        if (!options.contains("--sentinel")) {
            command.addAll(List.of("--bind", "127.0.0.1"));
        }
        try {
            Process started =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("redis-" + port + ".log").toFile())
                            .start();
            awaitPort(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPort(Process started) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isListening()) {
            if (!started.isAlive() || System.nanoTime() - end > 0) {
                throw new AssertionError("Redis did not start; see " + folder);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts it again after a kill. */
    void restart() {
        process = start();
    }

    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        kill();
    }
}
