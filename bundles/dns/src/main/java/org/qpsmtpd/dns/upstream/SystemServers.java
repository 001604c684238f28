package org.qpsmtpd.dns.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.NameServerAddress;

/** The name servers that the system's own programs ask; the file's other lines are not used. */
public final class SystemServers {
    private static final Path USUAL = Path.of("/etc/resolv.conf");
    private static final int MOST = 8;
    private static final long LONGEST = 1 << 16;

    /** Where there is no such file, programs ask their own host (resolv.conf(5)). */
    private static final List<NameServerAddress> OWN_HOST =
            List.of(NameServerAddress.parse("127.0.0.1"));

    private final Path file;
    private @Nullable FileTime read;
    private List<NameServerAddress> servers = OWN_HOST;

    /** Those of this machine. */
    public SystemServers() {
        this(USUAL);
    }

    SystemServers(Path file) {
        this.file = file;
    }

    /** The servers now; the file is read again when it has changed. */
    public List<NameServerAddress> servers() {
        try {
            FileTime changed = Files.getLastModifiedTime(file);
            if (!changed.equals(read)) {
                servers = read(file);
                read = changed;
            }
        } catch (IOException e) {
            // Away for a moment while it is replaced: what it said last is still right.
        }
        return servers;
    }

    private static List<NameServerAddress> read(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException(file + " is too long");
        }
        List<NameServerAddress> found = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words.length > 1 && words[0].equals("nameserver") && found.size() < MOST) {
                add(found, words[1]);
            }
        }
        return found.isEmpty() ? OWN_HOST : List.copyOf(found);
    }

    /** Addresses with a zone, such as {@code fe80::1%eth0}, are none that are understood. */
    private static void add(List<NameServerAddress> found, String address) {
        try {
            found.add(NameServerAddress.parse(address));
        } catch (IllegalArgumentException e) {
            // the C library passes over it, too
        }
    }
}
