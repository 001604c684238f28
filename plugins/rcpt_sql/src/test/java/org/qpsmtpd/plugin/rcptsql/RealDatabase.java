package org.qpsmtpd.plugin.rcptsql;

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

/** A database server of Debian's with a folder of its own, run by that server's user. */
final class RealDatabase implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Path folder;
    private final Process server;
    private final int port;
    private final String signal;

    /**
     * @param signal has it stop, whoever is connected
     */
    private RealDatabase(Path folder, Process server, int port, String signal) {
        this.folder = folder;
        this.signal = signal;
        this.server = server;
        this.port = port;
    }

    static boolean canRun(String program) {
        return Files.isExecutable(Path.of(program))
                && System.getProperty("user.name").equals("root");
    }

    static RealDatabase postgresql(String bin) throws IOException, InterruptedException {
        Path folder = folder("postgres");
        int port = freePort();
        run("postgres", List.of(bin + "/initdb", "-D", folder + "/data", "-A", "trust", "-N"));
        Process server =
                start(
                        "postgres",
                        folder,
                        List.of(
                                bin + "/postgres",
                                "-D",
                                folder + "/data",
                                "-p",
                                String.valueOf(port),
                                "-k",
                                folder.toString(),
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-F"));
        return new RealDatabase(folder, server, port, "-INT");
    }

    static RealDatabase mariadb(String program) throws IOException, InterruptedException {
        Path folder = folder("mysql");
        int port = freePort();
        run(
                "mysql",
                List.of(
                        "/usr/bin/mariadb-install-db",
                        "--no-defaults",
                        "--datadir=" + folder + "/data",
                        "--skip-test-db"));
        Process server =
                start(
                        "mysql",
                        folder,
                        List.of(
                                program,
                                "--no-defaults",
                                "--datadir=" + folder + "/data",
                                "--bind-address=127.0.0.1",
                                "--port=" + port,
                                "--socket=" + folder + "/sock",
                                "--pid-file=" + folder + "/pid",
                                "--skip-grant-tables",
                                "--skip-networking=0"));
        return new RealDatabase(folder, server, port, "-TERM");
    }

    int port() {
        return port;
    }

    /** Gives it a moment; says whether it has not ended. */
    boolean isRunningStill() throws InterruptedException {
        return !server.waitFor(100, TimeUnit.MILLISECONDS);
    }

    private static Path folder(String user) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("rcpt_sql");
        run("root", List.of("chown", user, folder.toString()));
        return folder;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String user, List<String> command)
            throws IOException, InterruptedException {
        Process process = as(user, command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + said);
        }
    }

    private static Process start(String user, Path folder, List<String> command)
            throws IOException {
        return as(user, command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile())
                .start();
    }

    private static ProcessBuilder as(String user, List<String> command) {
        List<String> all =
                new ArrayList<>(
                        List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups"));
        all.addAll(command);
        return new ProcessBuilder(user.equals("root") ? command : all)
                .directory(Path.of("/tmp").toFile());
    }

    /** Stops it and deletes its folder. */
    @Override
    public void close() throws IOException {
        try {
            if (server.isAlive()) {
                run("root", List.of("kill", signal, String.valueOf(server.pid())));
            }
            if (!server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
            Files.deleteIfExists(folder.resolveSibling(folder.getFileName() + ".log"));
            run("root", List.of("rm", "-rf", folder.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a database stops");
        }
    }
}
