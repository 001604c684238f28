package org.qpsmtpd.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A started server with all its processes. */
final class Server {
    private static final int FIRST_PORT = 28_100;
    private static final int LAST_PORT = 28_900;
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 15;
    private static final int DRAIN_SECONDS = 60;

    private static int nextPort = FIRST_PORT;

    private final Product product;
    private final Product.Launch launch;
    private final Process process;
    private final CpuAccount account;
    private final Path log;
    private final int port;
    private boolean stopped;

    private Server(
            Product product,
            Product.Launch launch,
            Process process,
            CpuAccount account,
            Path log,
            int port) {
        this.product = product;
        this.launch = launch;
        this.process = process;
        this.account = account;
        this.log = log;
        this.port = port;
    }

    /** Sets a server up in a new directory below the given one and waits for its banner. */
    static Server start(Product product, Queue queue, Path base)
            throws IOException, InterruptedException {
        int port = freePort();
        Path home = Files.createDirectory(base.resolve(product.name() + "-" + port));
        Product.Launch launch = product.prepare(home, port, queue);
        CpuAccount account =
                CpuAccount.open(
                        "bench-" + ProcessHandle.current().pid() + "-" + home.getFileName());
        if (account.group() != null) {
            note(base.resolve("groups"), account.group().toString());
        }
        Path log = base.resolve(home.getFileName() + ".log");
        ProcessBuilder builder = new ProcessBuilder(account.wrap(launch.command()));
        builder.environment().putAll(launch.environment());
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).directory(home.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        note(base.resolve("pids"), process.pid() + " " + ProcFiles.startTime(process.pid()));
        Server server = new Server(product, launch, process, account, log, port);
        try {
            server.awaitBanner();
        } catch (IOException | InterruptedException e) {
            server.stop();
            throw e;
        }
        return server;
    }

    Product product() {
        return product;
    }

    int port() {
        return port;
    }

    double cpuSeconds() {
        return account.seconds(process.pid());
    }

    String cpuMethod() {
        return account.method();
    }

    ProcFiles.Memory memory() {
        return ProcFiles.memory(account.processes(process.pid()));
    }

    /** Waits until nothing is left in the server's own queue; false if that takes too long. */
    boolean drain() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        while (hasPending()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    /** Fails if the server's first process has ended, with what it wrote last. */
    void checkAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(product.label() + " ended by itself; its output: " + tail());
        }
    }

    /**
     * How many messages of at least the given size are stored; null without a maildir. They are put
     * aside, since a file system may create files more slowly while many have just been deleted.
     */
    Long takeStored(int leastSize) throws IOException {
        if (launch.stored() == null) {
            return null;
        }
        Path aside = Files.createDirectories(launch.stored().resolveSibling("taken"));
        long count = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(launch.stored())) {
            for (Path file : files) {
                if (Files.size(file) >= leastSize) {
                    count++;
                }
                Files.move(file, aside.resolve(file.getFileName()));
            }
        } catch (NoSuchFileException e) {
            return count;
        }
        return count;
    }

    /** Ends every process of the server, by its id. */
    synchronized void stop() throws InterruptedException {
        if (stopped) {
            return;
        }
        stopped = true;
        List<Long> members = account.processes(process.pid());
        process.destroy();
        process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        endAll(members);
        endAll(account.group() == null ? List.of() : account.processes(process.pid()));
        SharedMemory.removeOf(process.pid());
        account.close();
    }

    private void endAll(List<Long> pids) throws InterruptedException {
        List<ProcessHandle> living = new ArrayList<>();
        for (long pid : pids) {
            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).ifPresent(living::add);
        }
        living.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        while (living.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        living.forEach(ProcessHandle::destroyForcibly);
    }

    private boolean hasPending() throws IOException {
        for (Path directory : launch.pending()) {
            try (Stream<Path> files = Files.walk(directory)) {
                if (files.anyMatch(Files::isRegularFile)) {
                    return true;
                }
            } catch (NoSuchFileException | UncheckedIOException e) {
                return true;
            }
        }
        return false;
    }

    private void awaitBanner() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        IOException last = new IOException("it never listened");
        while (process.isAlive() && System.nanoTime() < deadline) {
            try {
                checkBanner();
                return;
            } catch (IOException e) {
                last = e instanceof ClosedChannelException ? new IOException("no banner") : e;
                Thread.sleep(50);
            }
        }
        throw new IOException(
                product.label()
                        + " did not start: "
                        + last.getMessage()
                        + "; its output: "
                        + tail());
    }

    private void checkBanner() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            TimeLimit limit = TimeLimit.on(channel, START_SECONDS);
            if (product.speaksHttp()) {
                channel.connect(new InetSocketAddress("127.0.0.1", port));
            } else {
                greet(new SmtpConnection(channel));
            }
            limit.cancel();
        }
    }

    private void greet(SmtpConnection connection) throws IOException {
        if (product.isToldVisitors()) {
            connection.visit(port, Visitor.next(), true);
        } else {
            connection.connect(port);
        }
        connection.quit();
    }

    private String tail() {
        String text = ProcFiles.read(log).strip();
        return text.isEmpty() ? "none" : text.substring(Math.max(0, text.length() - 2000));
    }

    private static void note(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A port below the range from which the kernel gives clients theirs. */
    static synchronized int freePort() throws IOException {
        while (nextPort < LAST_PORT) {
            int port = nextPort++;
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue;
            }
        }
        throw new IOException("no port is free from " + FIRST_PORT + " to " + LAST_PORT);
    }
}
