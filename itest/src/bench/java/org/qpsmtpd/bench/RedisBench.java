package org.qpsmtpd.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Measures the store on Redis beside redis-benchmark with the same commands: changes a second, and
 * how much of its core Redis was busy with them.
 */
public final class RedisBench {
    private static final int SECONDS = 8;
    private static final int LIMIT_SECONDS = 30;
    private static final int CHANGES = 600_000;

    /** The first column after the name of the test, in the last row. */
    private static final String A_SECOND = "(?s).*3600000\",\"([0-9.]+)\".*";

    /** One of many, as the store names them. */
    private static final String KEY = "qpsmtpd:karma:192.0.2.__rand_int__";

    private final int port;
    private final Process redis;
    private final String classPath;

    private RedisBench(Path folder, String classPath) throws IOException {
        this.classPath = classPath;
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
            port = free.getLocalPort();
        }
        redis =
                new ProcessBuilder(
                                "taskset",
                                "--cpu-list",
                                "0",
                                "redis-server",
                                "--bind",
                                "127.0.0.1",
                                "--port",
                                "" + port,
                                "--save",
                                "",
                                "--dir",
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
    }

    /** Takes a folder and the class path of the store. */
    public static void main(String[] arguments) throws Exception {
        RedisBench bench = new RedisBench(Path.of(arguments[0]), arguments[1]);
        try {
            bench.awaitRedis();
            System.out.printf("%n(r) the store on Redis, each on a core of its own%n%n");
            Figure store = bench.store();
            Figure peer = bench.redisBenchmark();
            System.out.printf(
                    Locale.ROOT,
                    "changes a second: %,.0f, for which Redis works %.0f %% of the time;"
                            + " redis-benchmark: %,.0f, %.0f %%; ratio %.2f%n",
                    store.perSecond,
                    100 * store.busy,
                    peer.perSecond,
                    100 * peer.busy,
                    store.perSecond / peer.perSecond);
        } finally {
            bench.close();
        }
    }

    /** Changes a second, and the part of the time in which Redis works for them. */
    private record Figure(double perSecond, double busy) {}

    private double seconds() {
        return ProcFiles.ticks(List.of(redis.pid())) / 100.0;
    }

    private Figure store() throws IOException, InterruptedException {
        double before = seconds();
        String[] changes = run(load("redis://127.0.0.1:" + port, "" + SECONDS)).split(" ");
        double each = (seconds() - before) / Long.parseLong(changes[0]);
        double perSecond = Double.parseDouble(changes[1]) / SECONDS;
        return new Figure(perSecond, perSecond * each);
    }

    private List<String> load(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms48m",
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath,
                                "org.qpsmtpd.store.redis.RedisLoad"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** With as many changes on their way. */
    private Figure redisBenchmark() throws IOException, InterruptedException {
        String script = Commands.run(load());
        double before = seconds();
        String table =
                run(
                        List.of(
                                "redis-benchmark",
                                "--csv",
                                "-p",
                                "" + port,
                                "-c",
                                "1",
                                "-P",
                                "512",
                                "-r",
                                "100000",
                                "-n",
                                "" + CHANGES,
                                "eval",
                                script,
                                "1",
                                KEY,
                                "1",
                                "3600000"));
        double each = (seconds() - before) / CHANGES;
        double perSecond = Double.parseDouble(table.replaceAll(A_SECOND, "$1"));
        return new Figure(perSecond, perSecond * each);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "--cpu-list", "1"));
        pinned.addAll(command);
        return Commands.run(pinned);
    }

    private void awaitRedis() throws IOException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port));
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(50); // it has just been started
            }
        }
        throw new TimeoutException("redis-server did not start");
    }

    private void close() throws InterruptedException {
        redis.destroy();
        redis.waitFor();
    }
}
