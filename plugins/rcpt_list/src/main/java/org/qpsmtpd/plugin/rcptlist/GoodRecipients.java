package org.qpsmtpd.plugin.rcptlist;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.net.Hosts;

/** The file {@code goodrcptto}. Immutable. */
final class GoodRecipients {
    private final Set<String> entries;

    GoodRecipients(List<String> entries) {
        this.entries = new HashSet<>(entries);
    }

    /**
     * Reads a line: {@code USER@HOST}, {@code @HOST} for all of it, {@code USER} for all hosts.
     *
     * @return as it is compared, with {@code @} behind a user
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static String parse(String line) {
        int at = line.lastIndexOf('@');
        String user = at < 0 ? line : line.substring(0, at);
        String host = at < 0 ? "" : line.substring(at + 1);
        boolean isGood =
                line.chars().noneMatch(Character::isWhitespace)
                        && !(user.isEmpty() && host.isEmpty())
                        && (host.isEmpty() || Hosts.isHost(host));
        if (!isGood) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not USER@HOST, @HOST for all of it, or USER for all hosts");
        }
        return new Address(user, "").comparableUser() + "@" + Hosts.comparable(host);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * Whether the address is listed, as it is or without its extension.
     *
     * @param extensions characters that begin one
     */
    boolean contains(Address address, String extensions) {
        String user = address.comparableUser();
        String host = address.comparableHost();
        return entries.contains("@" + host)
                || isListed(user, host)
                || isListed(withoutExtension(user, extensions), host);
    }

    private boolean isListed(String user, String host) {
        return entries.contains(user + "@" + host) || entries.contains(user + "@");
    }

    /** Up to the first of the characters that does not begin the user. */
    private static String withoutExtension(String user, String extensions) {
        for (int i = 1; i < user.length(); i++) {
            if (extensions.indexOf(user.charAt(i)) >= 0) {
                return user.substring(0, i);
            }
        }
        return user;
    }

    /** Whether everybody must have such a mailbox (RFC 5321 section 4.5.1). */
    static boolean isPostmaster(Address address) {
        return address.user().toLowerCase(Locale.ROOT).equals("postmaster");
    }
}
