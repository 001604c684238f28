package org.qpsmtpd.runtime.felix.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What the kernel tells of the file systems that this process sees. */
public final class Mounts {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int PLACE = 4;
    private static final int OPTIONS = 5;

    private Mounts() {}

    /** Whether no code may be run that lies in this folder; false when that cannot be told. */
    static boolean forbidCode(Path folder) {
        try {
            // ISO 8859-1 has a character for each octet, and so compares octets with octets.
            byte[] octets = folder.toRealPath().toString().getBytes(StandardCharsets.UTF_8);
            String path = new String(octets, StandardCharsets.ISO_8859_1);
            return forbidCode(path, Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Looks for the mount that a folder is in: the longest place, of equal ones the last.
     *
     * @param folder absolute, one character for each octet
     * @param table lines of {@code mountinfo}
     */
    static boolean forbidCode(String folder, List<String> table) {
        int longest = -1;
        boolean forbidden = false;
        for (String line : table) {
            String[] fields = line.split(" ", -1);
            String place = fields.length > OPTIONS ? plain(fields[PLACE]) : "";
            boolean inside = place.equals("/") || (folder + "/").startsWith(place + "/");
            if (!place.isEmpty() && inside && place.length() >= longest) {
                longest = place.length();
                forbidden = Arrays.asList(fields[OPTIONS].split(",", -1)).contains("noexec");
            }
        }
        return forbidden;
    }

    /** Blanks and the like are octal there. */
    private static String plain(String place) {
        return place.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
