package org.qpsmtpd.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of Debian's packages with a folder of its own, run by that server's user. */
final class RealServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;
    private final Process process;
    private final String signal;

    /**
     * Starts it.
     *
     * @param signal has it stop, whoever is connected
     */
    RealServer(String user, Path folder, List<String> command, String signal) throws IOException {
        this.folder = folder;
        this.signal = signal;
        process =
                as(user, command)
                        .redirectErrorStream(true)
                        .redirectOutput(log(folder).toFile())
                        .start();
    }

    private static Path log(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".log");
    }

    static boolean canRun(String program) {
        return Files.isExecutable(Path.of(program))
                && System.getProperty("user.name").equals("root");
    }

    static Path folder(String user) throws IOException {
        Path folder = Files.createTempDirectory("qpsmtpd-" + user);
        run("root", List.of("chown", user, folder.toString()));
        return folder;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static void run(String user, List<String> command) throws IOException {
        Process process = as(user, command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!await(process) || process.exitValue() != 0) {
            throw new IOException(command + ": " + said);
        }
    }

    private static boolean await(Process process) throws InterruptedIOException {
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a program runs");
        }
    }

    private static ProcessBuilder as(String user, List<String> command) {
        List<String> all =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups"));
        all.addAll(command);
        return new ProcessBuilder(user.equals("root") ? command : all)
                .directory(Path.of("/tmp").toFile());
    }

    /** Runs a client again until it succeeds, which it does when the server has come up. */
    void runWhenUp(List<String> client) throws IOException {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                run("root", client);
                return;
            } catch (IOException e) {
                if (!isRunningStill() || System.nanoTime() - due > 0) {
                    throw new IOException(Files.readString(log(folder)), e);
                }
            }
        }
    }

    /** Gives it a moment; says whether it has not ended. */
    private boolean isRunningStill() throws InterruptedIOException {
        try {
            return !process.waitFor(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a server starts");
        }
    }

    /** Stops it and deletes its folder; once is enough. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            run("root", List.of("kill", signal, String.valueOf(process.pid())));
        }
        if (!await(process)) {
            process.destroyForcibly();
        }
        Files.deleteIfExists(log(folder));
        run("root", List.of("rm", "-rf", folder.toString()));
    }
}
