package org.qpsmtpd.core.check;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.MixedVerdict;
import org.qpsmtpd.core.config.NumberFile;
import org.qpsmtpd.core.config.OddCharacters;

/** What the values of the core's files that hold a single one may be. */
final class CoreValues {
    private static final int LONGEST_HOST = 253;
    private static final int LONGEST_LABEL = 63;

    /** A reply line of 512 octets less the code, a blank, the line end and {@code ESMTP}. */
    private static final int LONGEST_GREETING = 500;

    private static final int SHORTEST_SECRET = 20;

    private static final Set<String> FLAGS =
            Set.of("1", "true", "yes", "on", "0", "false", "no", "off");

    private static final Map<String, NumberFile> NUMBERS =
            Arrays.stream(NumberFile.values())
                    .collect(Collectors.toMap(NumberFile::file, Function.identity()));

    private static final Map<String, UnaryOperator<String>> TEXTS =
            Map.ofEntries(
                    entry(CoreFile.ME, CoreValues::host),
                    entry(CoreFile.ME_AUTH_RESULTS, CoreValues::authservId),
                    entry(CoreFile.SMTPGREETING, CoreValues::greeting),
                    entry(CoreFile.LOGLEVEL, CoreValues::level),
                    entry(CoreFile.LENIENT_ADDRESSES, CoreValues::flag),
                    entry(CoreFile.SMTPUTF8, CoreValues::flag),
                    entry(CoreFile.TLS_BEFORE_AUTH, CoreValues::flag),
                    entry(CoreFile.AUTH_SECRET, CoreValues::secret),
                    entry(CoreFile.MIXED_VERDICT, CoreValues::mixedVerdict),
                    entry(CoreFile.SPOOL_DIR, CoreValues::writableDirectory));

    private CoreValues() {}

    private static Map.Entry<String, UnaryOperator<String>> entry(
            CoreFile file, UnaryOperator<String> check) {
        return Map.entry(file.file(), check);
    }

    /** Whether a file is one of these. */
    static boolean isOf(String name) {
        return NUMBERS.containsKey(name) || TEXTS.containsKey(name);
    }

    /** What is wrong with a file's value; empty when nothing is. */
    static String fault(String name, String value) {
        Optional<String> odd = OddCharacters.outsideAscii(value);
        if (odd.isPresent() && !name.equals(CoreFile.SPOOL_DIR.file())) {
            return odd.get() + "; only printable ASCII may stand here";
        }
        NumberFile number = NUMBERS.get(name);
        if (number != null) {
            return number.fault(value).orElse("");
        }
        UnaryOperator<String> check = TEXTS.get(name);
        return check == null ? "" : check.apply(value);
    }

    private static String host(String value) {
        boolean good =
                value.startsWith("[")
                        ? isAddress(value)
                        : value.length() <= LONGEST_HOST
                                && Arrays.stream(value.split("\\.", -1))
                                        .allMatch(CoreValues::isLabel);
        return good ? "" : "'" + value + "' is not a host name such as mail.example.com";
    }

    private static boolean isAddress(String value) {
        try {
            Network.parseAddress(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && label.length() <= LONGEST_LABEL
                && !label.startsWith("-")
                && !label.endsWith("-")
                && label.chars()
                        .allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '_');
    }

    private static String authservId(String value) {
        return value.equals("none") || host(value).isEmpty()
                ? ""
                : "'" + value + "' is not a host name, and not none";
    }

    private static String greeting(String value) {
        return value.length() <= LONGEST_GREETING
                ? ""
                : "the greeting has more than " + LONGEST_GREETING + " characters";
    }

    private static String level(String value) {
        try {
            var unused = LogLevel.parse(value);
            return "";
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String mixedVerdict(String value) {
        return MixedVerdict.of(value).isPresent()
                ? ""
                : "'" + value + "' is not one of accept, strict and sort";
    }

    private static String secret(String value) {
        return value.length() >= SHORTEST_SECRET
                ? ""
                : "a secret has at least " + SHORTEST_SECRET + " characters, chosen at random";
    }

    private static String flag(String value) {
        return FLAGS.contains(value.toLowerCase(Locale.ROOT))
                ? ""
                : "'" + value + "' is not 0 or 1";
    }

    /** A directory that can be written, or can be made. */
    private static String writableDirectory(String value) {
        if ("$\"'`".chars().anyMatch(c -> value.indexOf(c) >= 0)) {
            return "'" + value + "' is written for a shell; write the path as it is";
        }
        String home = System.getProperty("user.home", "");
        Path path = path(value.startsWith("~/") ? home + value.substring(1) : value);
        if (path == null) {
            return "'" + value + "' is not a path";
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && Files.isWritable(path)
                    ? ""
                    : "'" + path + "' is not a directory that can be written";
        }
        Path existing = path;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing != null && Files.isDirectory(existing) && Files.isWritable(existing)
                ? ""
                : "'" + path + "' is not there and cannot be made below '" + existing + "'";
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text).toAbsolutePath();
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
