package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process as {@code /proc} shows it to everybody else.
 *
 * @param pid its id
 */
record ProcessView(long pid) {
    /** Children: the workers, under either of the names that they may have. */
    private static final String CHILD = "child-\\d+|qpsmtpd child";

    /**
     * One thread of it.
     *
     * @param name at most 15 characters
     * @param nice its own nice value
     * @param status the lines of its {@code status}
     */
    record ThreadView(String name, int nice, List<String> status) {
        boolean isChild() {
            return name.matches(CHILD);
        }

        /** The words after {@code KEY:} in {@code status}. */
        List<String> status(String key) {
            return status.stream()
                    .filter(line -> line.startsWith(key + ":"))
                    .map(line -> line.substring(key.length() + 1).strip())
                    .flatMap(text -> Stream.of(text.split("\\s+")))
                    .filter(word -> !word.isEmpty())
                    .toList();
        }
    }

    static ProcessView self() {
        return new ProcessView(ProcessHandle.current().pid());
    }

    /** All threads that are there during the whole call. */
    List<ThreadView> threads() {
        List<ThreadView> threads = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(file("task"))) {
            for (Path task : tasks.toList()) {
                addThread(threads, task);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return threads;
    }

    private static void addThread(List<ThreadView> threads, Path task) throws IOException {
        try {
            String name = Files.readString(task.resolve("comm")).strip();
            String stat = Files.readString(task.resolve("stat"));
            threads.add(
                    new ThreadView(
                            name,
                            Integer.parseInt(afterName(stat).get(16)),
                            Files.readAllLines(task.resolve("status"))));
        } catch (NoSuchFileException e) {
            // it has ended meanwhile
        } catch (IOException e) {
            if (Files.exists(task)) {
                throw e;
            }
        }
    }

    /** The names of the workers. */
    List<String> children() {
        return threads().stream().filter(ThreadView::isChild).map(ThreadView::name).toList();
    }

    /** Its nice value: that of its first thread. */
    int nice() {
        return Integer.parseInt(stat().get(16));
    }

    /** The processor time that it has had, in milliseconds; the kernel counts in ticks of ten. */
    long cpuMillis() {
        return (Long.parseLong(stat().get(11)) + Long.parseLong(stat().get(12))) * 10;
    }

    /** The id of its session, which is its own id when it leads one. */
    long session() {
        return Long.parseLong(stat().get(3));
    }

    /** What a file descriptor leads to. */
    Path descriptor(int number) throws IOException {
        return Files.readSymbolicLink(file("fd").resolve(Integer.toString(number)));
    }

    private List<String> stat() {
        try {
            return afterName(Files.readString(file("stat")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fields of a {@code stat} from the third on; the second, the name, may hold blanks. */
    private static List<String> afterName(String stat) {
        return List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1));
    }

    private Path file(String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
