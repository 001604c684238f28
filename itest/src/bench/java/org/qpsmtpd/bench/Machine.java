package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The machine of a run, in words. */
final class Machine {
    private Machine() {}

    static String describe() {
        return String.format(
                Locale.ROOT,
                "%d cores, %s, %s memory, Linux %s",
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                field("/proc/meminfo", "MemTotal"),
                System.getProperty("os.version"));
    }

    /** The one-minute load, which tells whether something else was running. */
    static String load() {
        return ProcFiles.read(Path.of("/proc/loadavg")).split(" ")[0];
    }

    static String fileSystem(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String field(String file, String name) {
        return ProcFiles.read(Path.of(file))
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown " + name);
    }
}
