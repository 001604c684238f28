package org.qpsmtpd.itest.process;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/** Debian's Redis on a port of its own, which keeps nothing when it is killed. */
final class RedisServer implements AutoCloseable {
    private final Program program = Program.find("redis-server", "redis-server");
    private final int port = FreePort.take();
    private final Path folder;
    private Process process;

    /**
     * Starts it.
     *
     * @param folder where it may write
     */
    RedisServer(Path folder) {
        this.folder = folder;
        process = start();
    }

    private Process start() {
        List<String> options =
                List.of(
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--dir",
                        folder.toString());
        Process started = program.start(options, List.of());
        ProcessOutput.of(started.getInputStream())
                .await("Redis to start", said -> said.contains("Ready to accept connections"));
        return started;
    }

    /** Where it is, as {@code config/store} says it. */
    String address() {
        return "redis://127.0.0.1:" + port;
    }

    /** Sends SIGKILL, and waits for its end. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Starts it again, empty, at the same port. */
    void restart() {
        process = start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
