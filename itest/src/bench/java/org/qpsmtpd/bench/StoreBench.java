package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Measures the store in a file, in a process on one core: changes a second, and how much of them
 * SIGKILL takes away.
 */
public final class StoreBench {
    private static final int SECONDS = 8;
    private static final int RATE = 50_000;
    private static final int KILLS = 7;
    private static final int BEFORE_KILL_SECONDS = 3;

    private final Path folder;
    private final String classPath;

    private StoreBench(Path folder, String classPath) {
        this.folder = folder;
        this.classPath = classPath;
    }

    /** Takes a folder on a disk and the class path of the store. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        StoreBench bench = new StoreBench(Path.of(arguments[0]), arguments[1]);
        System.out.printf("%n(s) the store in a file, one core, 100,000 entries%n%n");
        System.out.printf(
                Locale.ROOT, "changes a second: %,d (target: 50,000)%n", bench.changesPerSecond());
        long[] lost = new long[KILLS];
        for (int i = 0; i < KILLS; i++) {
            lost[i] = bench.lostByKill(i);
        }
        Arrays.sort(lost);
        System.out.printf(
                Locale.ROOT,
                "with %,d a second, kill -9 takes the last: median %d ms, most %d ms of %d times"
                        + " (target: at most 1000)%n",
                RATE,
                lost[KILLS / 2],
                lost[KILLS - 1],
                KILLS);
    }

    private long changesPerSecond() throws IOException, InterruptedException {
        Path store = Files.createDirectory(folder.resolve("store-fast"));
        String changes =
                Commands.run(command(List.of("write", store.toString(), "0", "" + SECONDS)));
        return Long.parseLong(changes) / SECONDS;
    }

    private long lostByKill(int number) throws IOException, InterruptedException {
        Path store = Files.createDirectory(folder.resolve("store-" + number));
        Process writer =
                new ProcessBuilder(command(List.of("write", store.toString(), "" + RATE, "0")))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        // Not the same time in each round, so that the end falls anywhere between two writings.
        TimeUnit.MILLISECONDS.sleep(BEFORE_KILL_SECONDS * 1000L + number * 61L);
        long killed = System.currentTimeMillis();
        writer.destroyForcibly().waitFor();
        return killed - Long.parseLong(Commands.run(command(List.of("read", store.toString()))));
    }

    /** With the memory and the collector of a server. */
    private List<String> command(List<String> arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "taskset",
                                "--cpu-list",
                                "0",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms48m",
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath,
                                "org.qpsmtpd.store.file.StoreLoad"));
        command.addAll(arguments);
        return command;
    }
}
