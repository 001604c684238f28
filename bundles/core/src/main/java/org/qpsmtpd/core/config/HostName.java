package org.qpsmtpd.core.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.qpsmtpd.api.config.ConfigLine;

/**
 * What this host calls itself, for a server without a file {@code me}. The kernel says it, whether
 * or not a resolver knows the name. Looked at anew by {@link #refresh}.
 */
final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    /** What a kernel says that has been given no name. */
    private static final String NONE = "(none)";

    private final Path file;
    private volatile List<ConfigLine> lines;

    HostName() {
        this(KERNEL);
    }

    HostName(Path file) {
        this.file = file;
        this.lines = read();
    }

    /** The name, as the only line. */
    List<ConfigLine> lines() {
        return lines;
    }

    /** Whether it is another than before. */
    boolean refresh() {
        List<ConfigLine> now = read();
        boolean other = !now.equals(lines);
        if (other) {
            lines = now;
        }
        return other;
    }

    private List<ConfigLine> read() {
        return List.of(new ConfigLine(name(), "host name", 0));
    }

    private String name() {
        try {
            String name = Files.readString(file).strip();
            return name.isEmpty() || name.equals(NONE) ? "localhost" : name;
        } catch (IOException e) {
            return byLookUp();
        }
    }

    /** Where there is no such file. */
    private static String byLookUp() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
