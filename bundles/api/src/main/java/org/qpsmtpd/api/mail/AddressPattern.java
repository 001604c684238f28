package org.qpsmtpd.api.mail;

import java.util.function.Predicate;
import org.qpsmtpd.api.service.Patterns;

/**
 * An entry of a list of unwanted addresses: {@code PATTERN [REASON]}, separated by blanks.
 * Immutable.
 *
 * <p>A pattern with one of the characters {@code / ^ $ * + ! % ? \} is a regular expression that is
 * searched in {@code user@host} in lower case. Any other pattern is {@code @host} for all addresses
 * of that host, or {@code user@host} for a single one, and matches in either case. An address
 * without user or without host, such as the null sender or a bare {@code postmaster}, never
 * matches.
 *
 * <p>Source: qpsmtpd {@code plugins/badmailfrom} and {@code plugins/badrcptto}, is_match.
 */
public final class AddressPattern {
    private static final String REGEX_SIGNS = "/^$*+!%?\\";

    private final String pattern;
    private final String reason;
    private final Predicate<Address> test;

    private AddressPattern(String pattern, String reason, Predicate<Address> test) {
        this.pattern = pattern;
        this.reason = reason;
        this.test = test;
    }

    /**
     * Reads an entry.
     *
     * @param line the entry as it stands in the file
     * @param patterns compiles the pattern when it is a regular expression
     * @param ignoreCase whether a regular expression matches in either case; without it one with
     *     upper-case letters never finds them, as it is searched in lower case
     * @throws IllegalArgumentException saying what is wrong with the pattern
     */
    public static AddressPattern parse(String line, Patterns patterns, boolean ignoreCase) {
        String entry = line.strip();
        int end = 0;
        while (end < entry.length() && !Character.isWhitespace(entry.charAt(end))) {
            end++;
        }
        String pattern = entry.substring(0, end);
        Predicate<Address> test =
                isRegex(pattern) ? regex(pattern, patterns, ignoreCase) : literal(pattern);
        return new AddressPattern(pattern, entry.substring(end).strip(), test);
    }

    /** The pattern as written. */
    public String pattern() {
        return pattern;
    }

    /** What follows the pattern: usually a text for the client; empty when nothing follows. */
    public String reason() {
        return reason;
    }

    /** Whether the address is one of those the entry means. */
    public boolean matches(Address address) {
        return !address.user().isEmpty() && !address.host().isEmpty() && test.test(address);
    }

    /** The same as {@link #pattern()}. */
    @Override
    public String toString() {
        return pattern;
    }

    private static boolean isRegex(String pattern) {
        return pattern.chars().anyMatch(c -> REGEX_SIGNS.indexOf(c) >= 0);
    }

    private static Predicate<Address> regex(String pattern, Patterns patterns, boolean ignoreCase) {
        Predicate<String> regex = patterns.compile(pattern, ignoreCase);
        return address -> regex.test(address.lowerCase());
    }

    private static Predicate<Address> literal(String pattern) {
        int at = pattern.lastIndexOf('@');
        if (at < 0 || at == pattern.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is not USER@HOST, @HOST or a regular expression");
        }
        String user = pattern.substring(0, at);
        String host = pattern.substring(at + 1);
        return address ->
                host.equalsIgnoreCase(address.host())
                        && (user.isEmpty() || user.equalsIgnoreCase(address.user()));
    }
}
