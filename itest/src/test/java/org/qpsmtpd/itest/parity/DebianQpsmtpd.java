package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.FreePort;
import org.qpsmtpd.itest.ProcessOutput;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.process.Shell;

/**
 * The qpsmtpd-forkserver of Debian's package: a process for each connection, so none knows another.
 */
final class DebianQpsmtpd implements AutoCloseable {
    private static final String USER = "qpsmtpd";

    private final Process process;
    private final ProcessOutput output;
    private final int port;
    private final Path log;

    private DebianQpsmtpd(Process process, int port, Path log) {
        this.process = process;
        this.output = ProcessOutput.of(process.getInputStream());
        this.port = port;
        this.log = log;
    }

    /** The user that it runs as, to whom its folders must belong. */
    static String user() {
        return Shell.isRoot() ? USER : System.getProperty("user.name");
    }

    /**
     * Starts it; returns when it listens.
     *
     * @param state a folder of its user, where some plugins write
     */
    static DebianQpsmtpd start(Program program, Path config, Path state, Path log)
            throws IOException {
        int port = FreePort.take();
        ProcessBuilder builder =
                new ProcessBuilder(
                        program.path().toString(),
                        "--listen-address",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--user",
                        user(),
                        "--limit-connections",
                        "50",
                        "--max-from-ip",
                        "0");
        builder.environment().put("QPSMTPD_CONFIG", config.toString());
        builder.redirectErrorStream(true).directory(state.toFile());
        Process process = builder.start();
        DebianQpsmtpd server = new DebianQpsmtpd(process, port, log);
        try {
            server.output.await("its start", text -> text.contains("Listening on"));
            return server;
        } catch (AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** What it has logged. */
    String log() {
        return output.text();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Files.createDirectories(log.getParent());
        Files.writeString(log, output.text(), StandardCharsets.UTF_8);
    }
}
