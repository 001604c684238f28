package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the kernel says of processes. A process that has gone meanwhile counts nothing. */
final class ProcFiles {
    private static final Path PROC = Path.of("/proc");

    private ProcFiles() {}

    /** Memory of some processes together, in KiB. */
    record Memory(long rss, long pss) {}

    static Memory memory(List<Long> pids) {
        long rss = 0;
        long pss = 0;
        for (long pid : pids) {
            for (String line : read(PROC.resolve(pid + "/smaps_rollup")).split("\n")) {
                if (line.startsWith("Rss:")) {
                    rss += kibibytes(line);
                } else if (line.startsWith("Pss:")) {
                    pss += kibibytes(line);
                }
            }
        }
        return new Memory(rss, pss);
    }

    /** The process and everything below it. */
    static List<Long> tree(long root) {
        Map<Long, List<Long>> children = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                String[] fields = statFields(read(entry.resolve("stat")));
                if (fields.length > 1) {
                    children.computeIfAbsent(Long.parseLong(fields[1]), key -> new ArrayList<>())
                            .add(Long.parseLong(entry.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            return List.of(root);
        }
        List<Long> found = new ArrayList<>(List.of(root));
        for (int i = 0; i < found.size(); i++) {
            found.addAll(children.getOrDefault(found.get(i), List.of()));
        }
        return found;
    }

    /** User and system ticks of the processes and of the children they have waited for. */
    static long ticks(List<Long> pids) {
        long ticks = 0;
        for (long pid : pids) {
            String[] fields = statFields(read(PROC.resolve(pid + "/stat")));
            for (int field = 11; field <= 14 && field < fields.length; field++) {
                ticks += Long.parseLong(fields[field]);
            }
        }
        return ticks;
    }

    /** When the process started, in ticks after boot; empty if there is none. */
    static String startTime(long pid) {
        String[] fields = statFields(read(PROC.resolve(pid + "/stat")));
        return fields.length > 19 ? fields[19] : "";
    }

    /** The whole file, or nothing when it cannot be read. */
    static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** The fields after the command name, so that index 0 is the state and 1 the parent. */
    private static String[] statFields(String stat) {
        int end = stat.lastIndexOf(')');
        return end < 0 ? new String[0] : stat.substring(end + 2).strip().split(" ");
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
}
