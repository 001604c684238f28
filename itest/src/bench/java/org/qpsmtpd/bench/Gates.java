package org.qpsmtpd.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The plugins in front of DATA that ask the DNS and remember clients. */
final class Gates {
    private static final Path DEBIANS = Path.of("/usr/share/qpsmtpd/plugins");
    private static final List<String> LINES =
            List.of(
                    "relay",
                    "hosts_allow",
                    "fcrdns",
                    "dnsbl",
                    "helo",
                    "resolvable_fromhost",
                    "greylisting black_timeout 0 db_dir HOME",
                    "karma",
                    "badmailfrom",
                    "rcpt_ok");

    private final List<String> lines = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    /** Those that our distribution has, and Debian's package where it is installed. */
    Gates(Path distribution) {
        for (String line : LINES) {
            String name = line.split(" ", 2)[0];
            boolean ours = Files.exists(distribution.resolve("plugins").resolve(jar(name)));
            boolean theirs = !Files.exists(DEBIANS) || Files.exists(DEBIANS.resolve(name));
            (ours && theirs ? lines : missing).add(line);
        }
    }

    private static String jar(String name) {
        return "org.qpsmtpd.plugin." + name.replace("_", "") + "-1.0.0.jar";
    }

    /** The lines of {@code config/plugins}, but for the queue plugin's. */
    List<String> lines(Path home) {
        return lines.stream().map(line -> line.replace("HOME", home.toString())).toList();
    }

    /** The files that they read. */
    static void writeFiles(Path config) throws IOException {
        Files.write(
                config.resolve("dnsbl_zones"), List.of("bl1.test", "bl2.test", "bl3.test"));
    }

    /** In words for the report. */
    String describe() {
        String left = missing.isEmpty() ? "" : "; left out, not at both: " + missing;
        return "plugins of (g): " + String.join(", ", lines) + left;
    }
}
