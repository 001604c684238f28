package org.qpsmtpd.store.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config/store} says of the file form: {@code file [PATH] [octets=NUMBER[K|M|G]]}.
 *
 * @param path of the file; null for the usual one
 * @param mostOctets what the entries of one store may take in memory
 */
record FileSetting(@Nullable Path path, long mostOctets) {
    static final String WORD = "file";

    private static final String OCTETS = "octets=";
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,12})([KMG]?)");
    private static final long SMALLEST = 1 << 20;
    private static final int SHARE_OF_HEAP = 16;

    static boolean isOne(String setting) {
        return setting.equals(WORD) || setting.startsWith(WORD + " ");
    }

    /**
     * Reads a setting.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static FileSetting parse(String setting) {
        String rest = setting.substring(WORD.length()).strip();
        long octets = Math.max(SMALLEST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
        int at = rest.lastIndexOf(OCTETS);
        if (at == 0 || (at > 0 && rest.charAt(at - 1) == ' ')) {
            octets = octets(rest.substring(at + OCTETS.length()));
            rest = rest.substring(0, at).strip();
        }
        return new FileSetting(rest.isEmpty() ? null : path(rest), octets);
    }

    private static long octets(String text) {
        Matcher number = NUMBER.matcher(text.toUpperCase(Locale.ROOT));
        if (number.matches()) {
            int power = " KMG".indexOf(number.group(2).isEmpty() ? " " : number.group(2));
            long octets = Long.parseLong(number.group(1)) << (10 * power);
            if (octets >= SMALLEST && octets <= Integer.MAX_VALUE) {
                return octets;
            }
        }
        throw new IllegalArgumentException(
                "'" + OCTETS + text + "' is not " + OCTETS + "1M to " + OCTETS + "2047M");
    }

    private static Path path(String text) {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute() && path.getNameCount() > 1) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is not the absolute path of a file, such as /var/lib/qpsmtpd/store");
    }
}
