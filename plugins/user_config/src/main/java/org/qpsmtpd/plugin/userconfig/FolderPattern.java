package org.qpsmtpd.plugin.userconfig;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.mail.Address;

/**
 * Where the folder of an address is.
 *
 * @param base the part that is the same for all, absolute
 * @param parts the names below it, with placeholders; one has one at least
 */
record FolderPattern(Path base, List<String> parts) {
    /** What file systems take for one name. */
    private static final int LONGEST = 255;

    /**
     * Reads a pattern.
     *
     * @param home where a relative one begins, absolute
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static FolderPattern parse(String text, Path home) {
        if (text.startsWith("~") || text.indexOf('$') >= 0) {
            throw wrong(text, "is written for a shell; write the path as it is");
        }
        checkPlaceholders(text);
        List<String> parts = new ArrayList<>(List.of(text.split("/+")));
        StringBuilder fixed = new StringBuilder(text.startsWith("/") ? "/" : "");
        while (!parts.isEmpty() && parts.get(0).indexOf('%') < 0) {
            fixed.append(parts.remove(0)).append('/');
        }
        if (parts.isEmpty()) {
            throw wrong(text, "is the same for all; it needs %u, %h or %a");
        }
        if (parts.contains("..") || parts.contains(".")) {
            throw wrong(text, "climbs behind a placeholder");
        }
        try {
            return new FolderPattern(home.resolve(fixed.toString()).normalize(), parts);
        } catch (InvalidPathException e) {
            throw wrong(text, "is no path");
        }
    }

    private static void checkPlaceholders(String text) {
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 2)) {
            if (at + 1 == text.length() || "uha".indexOf(text.charAt(at + 1)) < 0) {
                throw wrong(text, "has another placeholder than %u, %h and %a");
            }
        }
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("pattern '" + text + "' " + what);
    }

    /**
     * The names of an address's folder and its parents, from {@link #base} on.
     *
     * @return absent when the address has no host and one is needed, and when what it has is no
     *     name of a file
     */
    Optional<List<String>> namesFor(Address address) {
        List<String> names = new ArrayList<>();
        for (String part : parts) {
            Optional<String> name = filled(part, address);
            if (name.isEmpty()) {
                return Optional.empty();
            }
            names.add(name.get());
        }
        return Optional.of(names);
    }

    private static Optional<String> filled(String part, Address address) {
        StringBuilder name = new StringBuilder();
        int at = 0;
        while (at < part.length()) {
            if (part.charAt(at) == '%') {
                String value = value(part.charAt(at + 1), address);
                if (!isHarmless(value)) {
                    return Optional.empty();
                }
                name.append(value);
                at += 2;
            } else {
                name.append(part.charAt(at));
                at++;
            }
        }
        boolean fits = name.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST;
        return fits ? Optional.of(name.toString()) : Optional.empty();
    }

    private static String value(char placeholder, Address address) {
        return switch (placeholder) {
            case 'u' -> address.comparableUser();
            case 'h' -> address.comparableHost();
            default -> address.comparable();
        };
    }

    /** Neither empty, nor hidden, nor a way to another folder. */
    private static boolean isHarmless(String value) {
        return !value.isEmpty()
                && !value.startsWith(".")
                && value.chars().noneMatch(c -> c == '/' || Character.isISOControl(c));
    }
}
