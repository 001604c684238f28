package org.qpsmtpd.api.mail;

import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.service.Patterns;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An entry of a list of unwanted addresses: {@code PATTERN [REASON]}, separated by blanks.
 * Immutable.
 *
 * <p>A pattern with one of the characters {@code / ^ $ * + ! % ? \} is a regular expression that is
 * searched in {@code user@host} in lower case, with the host in A-labels and in U-labels. Any other
 * pattern is {@code @host} for all addresses of that host, or {@code user@host} for a single one,
 * and matches as addresses are compared ({@link Address#comparable}). An address without user or
 * without host, such as the null sender or a bare {@code postmaster}, never matches.
 *
 * <p>Source: qpsmtpd {@code plugins/badmailfrom} and {@code plugins/badrcptto}, is_match.
 */
public final class AddressPattern {
    private static final String REGEX_SIGNS = "/^$*+!%?\\";

    private final String pattern;
    private final String reason;
    private final Predicate<Spellings> test;

    /**
     * An address as patterns look at it.
     *
     * @param user as it is compared
     * @param hosts first as it is compared, then in other spellings
     */
    private record Spellings(String user, List<String> hosts) {
        static Spellings of(Address address) {
            return new Spellings(address.comparableUser(), Hosts.spellings(address.host()));
        }
    }

    private AddressPattern(String pattern, String reason, Predicate<Spellings> test) {
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
        Predicate<Spellings> test =
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
        return first(List.of(this), address).isPresent();
    }

    /** The first of several entries that means the address. */
    public static Optional<AddressPattern> first(List<AddressPattern> patterns, Address address) {
        if (address.user().isEmpty() || address.host().isEmpty()) {
            return Optional.empty();
        }
        Spellings spellings = Spellings.of(address);
        return patterns.stream().filter(p -> p.test.test(spellings)).findFirst();
    }

    /** The same as {@link #pattern()}. */
    @Override
    public String toString() {
        return pattern;
    }

    private static boolean isRegex(String pattern) {
        return pattern.chars().anyMatch(c -> REGEX_SIGNS.indexOf(c) >= 0);
    }

    private static Predicate<Spellings> regex(
            String pattern, Patterns patterns, boolean ignoreCase) {
        Predicate<String> regex = patterns.compile(pattern, ignoreCase);
        return address ->
                address.hosts().stream().anyMatch(h -> regex.test(address.user() + "@" + h));
    }

    private static Predicate<Spellings> literal(String pattern) {
        Address entry = Address.of(pattern);
        if (entry.host().isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + pattern + "' is not USER@HOST, @HOST or a regular expression");
        }
        if (!Hosts.isHost(entry.host())) {
            throw new IllegalArgumentException(
                    "'" + pattern + "': '" + entry.host() + "' is not a host name");
        }
        String user = entry.comparableUser();
        String host = entry.comparableHost();
        return address ->
                host.equals(address.hosts().get(0))
                        && (user.isEmpty() || user.equals(address.user()));
    }
}
