package org.qpsmtpd.maildir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/**
 * The setting {@code subdir}: where a recipient's maildir lies below the common directory. Whatever
 * the address, the place has as many steps as the pattern, and none of them leads upwards. What is
 * put in for a part of an address is different for different parts: other characters than letters,
 * digits and {@code -+_.,@=} are written as {@code %XX}, octet by octet in UTF-8.
 */
public final class SubdirPattern {
    private static final String KEPT = "-+_.,@=";
    private static final int MAX_STEP = 200;
    private static final int HASH_DIGITS = 32;

    private final List<String> steps;

    /**
     * @param text steps separated by {@code /}, with at least one of {@code %l}, {@code %d} and
     *     {@code %u}
     * @throws IllegalArgumentException saying what is wrong with the text
     */
    public SubdirPattern(String text) {
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
    public Path resolve(Path root, Address recipient, String ownName) {
        return resolve(root, local(recipient), domain(recipient, ownName), KEPT);
    }

    /** A second place for a recipient, when the first one has become somebody else's. */
    public Path resolveOther(Path root, Address recipient, String ownName) {
        String kept = KEPT.replace("_", "");
        return resolve(root, local(recipient), domain(recipient, ownName), kept);
    }

    private static String local(Address recipient) {
        return Normalizer.normalize(recipient.user(), Normalizer.Form.NFC);
    }

    private static String domain(Address recipient, String ownName) {
        return Hosts.comparable(recipient.host().isEmpty() ? ownName : recipient.host());
    }

    private Path resolve(Path root, String local, String domain, String kept) {
        Path place = root;
        for (String step : steps) {
            place = place.resolve(safe(expand(step, encoded(local, kept), encoded(domain, kept))));
        }
        return place;
    }

    /**
     * Where the maildir was under a former rule, by which each other character became {@code _}, so
     * that addresses could have one in common.
     */
    public Path resolveFormer(Path root, Address recipient, String ownName) {
        String local = cleaned(recipient.user());
        String domain = cleaned(domain(recipient, ownName));
        Path place = root;
        for (String step : steps) {
            place = place.resolve(formerlySafe(expand(step, local, domain)));
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

    private static String expand(String step, String local, String domain) {
        StringBuilder text = new StringBuilder(step.length() + local.length() + domain.length());
        int at = 0;
        for (int code = step.indexOf('%'); code >= 0; code = step.indexOf('%', at)) {
            text.append(step, at, code);
            text.append(meaning(step.charAt(code + 1), local, domain));
            at = code + 2;
        }
        text.append(step, at, step.length());
        return text.toString();
    }

    private static String meaning(char code, String local, String domain) {
        return switch (code) {
            case 'l' -> local;
            case 'd' -> domain;
            default -> local + '@' + domain;
        };
    }

    private static String encoded(String part, String kept) {
        StringBuilder text = new StringBuilder(part.length() + 16);
        for (byte octet : part.getBytes(StandardCharsets.UTF_8)) {
            if (isKept(octet, kept)) {
                text.append((char) octet);
            } else {
                text.append(String.format("%%%02X", octet));
            }
        }
        return text.toString();
    }

    private static String cleaned(String part) {
        StringBuilder clean = new StringBuilder(part.length());
        part.codePoints().forEach(c -> clean.append(isKept(c, KEPT) ? (char) c : '_'));
        return clean.toString();
    }

    private static boolean isKept(int c, String kept) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || kept.indexOf(c) >= 0;
    }

    /**
     * A name that the file system takes as one step downwards. Those made here hold a {@code %}
     * that no octet follows, as no other name does.
     */
    private static String safe(String step) {
        if (step.isEmpty()) {
            return "%";
        }
        if (step.equals(".") || step.equals("..")) {
            return step.replace(".", "%2E");
        }
        return step.length() <= MAX_STEP ? step : shortened(step, "%=");
    }

    private static String formerlySafe(String step) {
        if (step.isEmpty() || step.equals(".") || step.equals("..")) {
            return "_".repeat(Math.max(1, step.length()));
        }
        return step.length() <= MAX_STEP ? step : shortened(step, "=");
    }

    /** Keeps long addresses apart that begin alike. */
    private static String shortened(String step, String mark) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(step.getBytes(StandardCharsets.UTF_8));
            String digits = HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
            return step.substring(0, MAX_STEP - HASH_DIGITS - mark.length()) + mark + digits;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
