package org.qpsmtpd.dns.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qpsmtpd.api.net.Hosts;
import org.xbill.DNS.Name;

/** Names as text and as the DNS has them. */
public final class Names {
    /** With the octets of length and the root (RFC 1035, 2.3.4). */
    private static final int LONGEST_NAME = 255;

    private static final int LONGEST_LABEL = 63;

    /** Each octet escaped, a dot between two labels, and some room. */
    private static final int LONGEST_TEXT = 4 * LONGEST_NAME + 10;

    private static final char DELETE = 0x7F;

    /** Marks octets that were escaped: half of a surrogate pair, which stands nowhere alone. */
    private static final int ESCAPED = 0xDC00;

    private static final byte[] NONE = {};
    private static final String WIDE_DOTS = "\u3002\uFF0E\uFF61";

    /** What no server but one of this host can know of (RFC 6303, 4.2 and 4.3; RFC 6761, 6.3). */
    private static final List<Name> OF_THIS_HOST =
            List.of(
                    Name.fromConstantString("127.in-addr.arpa."),
                    Name.fromConstantString("1." + "0.".repeat(31) + "ip6.arpa."),
                    Name.fromConstantString("localhost."));

    private Names() {}

    /** Whether a name means something on this host only, as that of 127.0.0.1 does. */
    public static boolean isOfThisHost(Name name) {
        for (Name zone : OF_THIS_HOST) {
            if (name.subdomain(zone)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads a name, always as an absolute one.
     *
     * @param text with or without the dot at its end; {@code \DDD} and {@code \X} as in a zone
     *     file; labels beyond ASCII become A-labels (UTS 46)
     * @return in lower case; absent when there is no such name in the DNS
     */
    public static Optional<Name> parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        if (text.equals(".")) {
            return Optional.of(Name.root);
        }
        byte[] plain = plain(text);
        return plain.length > 0 ? of(plain) : parseAny(text);
    }

    /** The octets of a name of printable ASCII without escapes; none for any other. */
    private static byte[] plain(String text) {
        int length = text.endsWith(".") ? text.length() - 1 : text.length();
        if (length > LONGEST_NAME - 2) {
            return NONE;
        }
        byte[] name = new byte[length + 2];
        int label = 0; // where the length of the label stands
        for (int i = 0; i <= length; i++) {
            char c = i == length ? '.' : text.charAt(i);
            if (c == '.') {
                int size = i - label;
                if (size == 0 || size > LONGEST_LABEL) {
                    return NONE;
                }
                name[label] = (byte) size;
                label = i + 1;
            } else if (c <= ' ' || c >= DELETE || c == '\\') {
                return NONE;
            } else {
                name[i + 1] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
            }
        }
        return name;
    }

    private static Optional<Name> parseAny(String text) {
        ByteArrayOutputStream name = new ByteArrayOutputStream(text.length() + 2);
        StringBuilder label = new StringBuilder(LONGEST_LABEL);
        boolean ended = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            ended = c == '.' || WIDE_DOTS.indexOf(c) >= 0;
            if (ended) {
                if (!end(label, name)) {
                    return Optional.empty();
                }
            } else if (c <= ' ' || c == DELETE) {
                return Optional.empty(); // whoever means such an octet escapes it
            } else if (c != '\\') {
                label.append(c);
            } else {
                int length = escaped(text, i + 1, label);
                if (length == 0) {
                    return Optional.empty();
                }
                i += length;
            }
        }
        if (!ended && !end(label, name)) {
            return Optional.empty();
        }
        name.write(0);
        return name.size() > LONGEST_NAME ? Optional.empty() : of(name.toByteArray());
    }

    private static Optional<Name> of(byte[] octets) {
        try {
            return Optional.of(new Name(octets));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Adds what stands behind a backslash, and tells how many characters that were; 0 for none. */
    private static int escaped(String text, int at, StringBuilder label) {
        int end = at;
        int octet = 0;
        while (end < text.length() && end < at + 3 && isDigit(text.charAt(end))) {
            octet = 10 * octet + text.charAt(end++) - '0';
        }
        if (end == at + 3 && octet < 256) {
            label.append((char) (ESCAPED | octet));
            return 3;
        }
        boolean plain = end == at && at < text.length() && text.charAt(at) < 128;
        if (plain) {
            label.append((char) (ESCAPED | text.charAt(at)));
        }
        return plain ? 1 : 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Writes a label, unless it is none. */
    private static boolean end(StringBuilder label, ByteArrayOutputStream name) {
        String text = label.toString();
        label.setLength(0);
        boolean odd = text.chars().anyMatch(c -> c >= 128 && (c & 0xFF00) != ESCAPED);
        String ascii = odd ? Hosts.comparable(text) : text;
        if (odd && ascii.chars().anyMatch(c -> c >= 128)) {
            return false;
        }
        if (ascii.isEmpty() || ascii.length() > LONGEST_LABEL) {
            return false;
        }
        name.write(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            int octet = ascii.charAt(i) & 0xFF;
            name.write(octet >= 'A' && octet <= 'Z' ? octet + 32 : octet);
        }
        return true;
    }

    /**
     * A name as plugins see it: in lower case, without the dot at its end, {@code \DDD} for what is
     * not printable ASCII and for a dot or a backslash within a label; empty for the root.
     */
    public static String text(Name name) {
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.labels(); i++) {
            byte[] label = name.getLabel(i);
            if (label[0] == 0) {
                break; // the root
            }
            text.append(i == 0 ? "" : ".");
            for (int at = 1; at <= label[0]; at++) {
                append(text, label[at] & 0xFF);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int octet) {
        if (octet <= ' ' || octet >= 0x7F || octet == '.' || octet == '\\') {
            text.append(String.format(Locale.ROOT, "\\%03d", octet));
        } else {
            text.append(Character.toLowerCase((char) octet));
        }
    }
}
