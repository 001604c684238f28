package org.qpsmtpd.plugin.queue.maildir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Hosts;

/**
 * The setting {@code subdir}: where a recipient's maildir lies below the common directory. Whatever
 * the address, the place has as many steps as the pattern, and none of them leads upwards.
 */
final class SubdirPattern {
    private static final String KEPT = "-+_.,@=";
    private static final int MAX_STEP = 200;
    private static final int HASH_DIGITS = 32;

    private final List<String> steps;

    /**
     * @param text steps separated by {@code /}, with at least one of {@code %l}, {@code %d} and
     *     {@code %u}
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    SubdirPattern(String text) {
        List<String> found = new ArrayList<>();
        for (String step : text.split("/", -1)) {
            if (step.equals("..") || step.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "subdir '" + text + "' leads out of the maildir directory");
            }
            if (!step.isEmpty() && !step.equals(".")) {
                found.add(step);
            }
        }
        if (!checkCodes(text)) {
            throw new IllegalArgumentException(
                    "subdir '" + text + "' has none of %l, %d and %u, so all mail would go there");
        }
        steps = List.copyOf(found);
    }

    /**
     * The recipient's maildir.
     *
     * @param root the common directory
     * @param ownName name of this server, in place of the domain of a bare {@code postmaster}
     */
    Path resolve(Path root, Address recipient, String ownName) {
        String host = recipient.host().isEmpty() ? ownName : recipient.host();
        String local = cleaned(recipient.user());
        String domain = cleaned(Hosts.comparable(host));
        Path place = root;
        for (String step : steps) {
            place = place.resolve(safe(expand(step, local, domain)));
        }
        return place;
    }

    private static boolean checkCodes(String text) {
        boolean any = false;
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 2)) {
            if (at + 1 == text.length() || "ldu".indexOf(text.charAt(at + 1)) < 0) {
                throw new IllegalArgumentException(
                        "subdir '" + text + "': after % only l, d and u are known");
            }
            any = true;
        }
        return any;
    }

    /** A cleaned part holds no %, so that nothing is replaced twice. */
    private static String expand(String step, String local, String domain) {
        return step.replace("%l", local).replace("%d", domain).replace("%u", local + "@" + domain);
    }

    private static String cleaned(String part) {
        StringBuilder clean = new StringBuilder(part.length());
        part.codePoints().forEach(c -> clean.append(isKept(c) ? (char) c : '_'));
        return clean.toString();
    }

    private static boolean isKept(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || KEPT.indexOf(c) >= 0;
    }

    /** A name that the file system takes as one step downwards. */
    private static String safe(String step) {
        if (step.isEmpty() || step.equals(".") || step.equals("..")) {
            return "_".repeat(Math.max(1, step.length()));
        }
        return step.length() <= MAX_STEP ? step : shortened(step);
    }

    /** Keeps long addresses apart that begin alike. */
    private static String shortened(String step) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(step.getBytes(StandardCharsets.UTF_8));
            String digits = HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
            return step.substring(0, MAX_STEP - HASH_DIGITS - 1) + "=" + digits;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
