package org.qpsmtpd.api.mail;

import org.qpsmtpd.api.net.Hosts;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * A mailbox of the envelope. Immutable; equal when user and host are the same text.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Address.pm}, RFC 5321 section 4.1.2, RFC 6531 section 3.3.
 *
 * @param user local part as given, without quotes and backslashes; empty for the null sender
 * @param host domain or address literal with its brackets, case as given; empty for the null sender
 *     and for a bare {@code postmaster}
 */
public record Address(String user, String host) implements Comparable<Address> {
    /** The null sender {@code <>}. */
    public static final Address NULL = new Address("", "");

    /** Checks that no control character is in it. */
    public Address {
        if (AddressParser.hasControl(user) || AddressParser.hasControl(host)) {
            throw new IllegalArgumentException("control character in address");
        }
    }

    /**
     * Reads a path as it stands in MAIL or RCPT.
     *
     * @param path {@code <...>}; a source route is dropped, {@code <>} is the null sender, and
     *     {@code <postmaster>} in any case the local part {@code postmaster} without host
     * @return absent when it is not a path of that syntax
     */
    public static Optional<Address> parse(String path, AddressSyntax syntax) {
        return AddressParser.parse(path, syntax)
                .map(parts -> new Address(parts.user(), parts.host()));
    }

    /**
     * Splits text without brackets at its last {@code @}; text without one gives the null sender.
     */
    public static Address of(String text) {
        int at = text.lastIndexOf('@');
        return at < 0 ? NULL : new Address(text.substring(0, at), text.substring(at + 1));
    }

    /** Whether this is the null sender. */
    public boolean isNull() {
        return user.isEmpty() && host.isEmpty();
    }

    /**
     * {@code user@host} with nothing quoted; only the user when there is no host; empty when null.
     */
    public String address() {
        return host.isEmpty() ? user : user + "@" + host;
    }

    /** The address as it is compared: {@link #comparableUser}, and {@link #comparableHost}. */
    public String comparable() {
        String user = comparableUser();
        return host.isEmpty() ? user : user + "@" + comparableHost();
    }

    /** The local part as it is compared: in lower case, composed (RFC 6531 section 3.1). */
    public String comparableUser() {
        return Normalizer.normalize(user.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    }

    /** The host as {@link Hosts#comparable} gives it; empty when there is none. */
    public String comparableHost() {
        return Hosts.comparable(host);
    }

    /** The address as it goes on the wire, in angle brackets, the user quoted where needed. */
    public String format() {
        String quoted = AddressParser.quote(user);
        return host.isEmpty() ? "<" + quoted + ">" : "<" + quoted + "@" + host + ">";
    }

    /** Orders by host, then by user, as plain text. */
    @Override
    public int compareTo(Address other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0
                ? byHost
                : AddressParser.quote(user).compareTo(AddressParser.quote(other.user));
    }

    /** The same as {@link #format()}. */
    @Override
    public String toString() {
        return format();
    }
}
