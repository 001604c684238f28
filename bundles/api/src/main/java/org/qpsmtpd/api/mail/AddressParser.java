package org.qpsmtpd.api.mail;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads paths without regular expressions, in one pass over bounded input. */
final class AddressParser {
    private static final int MAX_PART = 255;
    private static final int MAX_LABEL = 63;
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private AddressParser() {}

    static Optional<Address> parse(String path, AddressSyntax syntax) {
        if (path.length() < 2 || path.charAt(0) != '<' || path.charAt(path.length() - 1) != '>') {
            return Optional.empty();
        }
        String inner = path.substring(1, path.length() - 1);
        if (inner.isEmpty()) {
            return Optional.of(Address.NULL);
        }
        if (hasControl(inner)) {
            return Optional.empty();
        }
        String mailbox = withoutRoute(inner, syntax);
        return mailbox == null ? Optional.empty() : mailbox(mailbox, syntax);
    }

    private static Optional<Address> mailbox(String text, AddressSyntax syntax) {
        if (text.equalsIgnoreCase("postmaster")) {
            return Optional.of(new Address("postmaster", ""));
        }
        int at = text.lastIndexOf('@');
        if (at <= 0 || at > MAX_PART || !isDomain(text.substring(at + 1), syntax)) {
            return Optional.empty();
        }
        String user = user(text.substring(0, at), syntax);
        return user == null
                ? Optional.empty()
                : Optional.of(new Address(user, text.substring(at + 1)));
    }

    /**
     * RFC 5321 4.1.2: {@code @one,@two:} before the mailbox is accepted and dropped; null when
     * broken.
     */
    private static @Nullable String withoutRoute(String text, AddressSyntax syntax) {
        if (text.charAt(0) != '@') {
            return text;
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            return null;
        }
        for (String hop : text.substring(0, colon).split(",", -1)) {
            if (!hop.startsWith("@") || !isDomain(hop.substring(1), syntax)) {
                return null;
            }
        }
        String mailbox = text.substring(colon + 1);
        return mailbox.isEmpty() ? null : mailbox;
    }

    private static @Nullable String user(String text, AddressSyntax syntax) {
        if (text.length() >= 2 && text.charAt(0) == '"' && text.charAt(text.length() - 1) == '"') {
            return unquote(text.substring(1, text.length() - 1), syntax);
        }
        if (syntax.lenient()) {
            boolean readable = text.chars().allMatch(c -> c < 127 || isForeign((char) c, syntax));
            return readable && isAtomChar(text.charAt(0), syntax) ? text : null;
        }
        return isDotAtom(text, syntax) ? text : null;
    }

    private static @Nullable String unquote(String text, AddressSyntax syntax) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                if (i == text.length()) {
                    return null;
                }
                c = text.charAt(i);
            } else if (c == '"') {
                return null;
            }
            if (c > 126 && !isForeign(c, syntax)) {
                return null;
            }
            plain.append(c);
        }
        return plain.length() == 0 ? null : plain.toString();
    }

    private static boolean isDotAtom(String text, AddressSyntax syntax) {
        boolean atomOpen = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                if (!atomOpen) {
                    return false;
                }
                atomOpen = false;
            } else if (isAtomChar(c, syntax)) {
                atomOpen = true;
            } else {
                return false;
            }
        }
        return atomOpen;
    }

    private static boolean isAtomChar(char c, AddressSyntax syntax) {
        return isLetterOrDigit(c) || ATOM_SPECIALS.indexOf(c) >= 0 || isForeign(c, syntax);
    }

    /** Beyond ASCII, and not what octets that are no UTF-8 are read as. */
    private static boolean isForeign(char c, AddressSyntax syntax) {
        return syntax.utf8() && c > 159 && c != '\uFFFD';
    }

    private static boolean isDomain(String text, AddressSyntax syntax) {
        if (text.isEmpty() || text.length() > MAX_PART) {
            return false;
        }
        if (text.charAt(0) == '[') {
            return isLiteral(text);
        }
        for (String label : text.split("\\.", -1)) {
            if (!isLabel(label, syntax)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLabel(String label, AddressSyntax syntax) {
        if (label.isEmpty() || label.length() > MAX_LABEL) {
            return false;
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            boolean inner = i > 0 && i < label.length() - 1;
            boolean good = isLetterOrDigit(c) || (c == '-' && inner) || isForeign(c, syntax);
            if (!good) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLiteral(String text) {
        if (!text.endsWith("]")) {
            return false;
        }
        String inner = text.substring(1, text.length() - 1);
        return inner.regionMatches(true, 0, "IPv6:", 0, 5)
                ? isIpv6(inner.substring(5))
                : isIpv4(inner);
    }

    private static boolean isIpv4(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return false;
        }
        for (String octet : octets) {
            boolean digits = !octet.isEmpty() && octet.length() <= 3;
            for (int i = 0; digits && i < octet.length(); i++) {
                digits = octet.charAt(i) >= '0' && octet.charAt(i) <= '9';
            }
            if (!digits || Integer.parseInt(octet) > 255) {
                return false;
            }
        }
        return true;
    }

    /**
     * The JDK asks no DNS for text with a colon that begins with a hexadecimal digit or a colon.
     */
    private static boolean isIpv6(String text) {
        if (text.indexOf(':') < 0 || text.charAt(0) == '.') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 126 || (Character.digit(c, 16) < 0 && c != ':' && c != '.')) {
                return false;
            }
        }
        try {
            InetAddress.getByName(text);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    static String quote(String user) {
        if (user.isEmpty() || isDotAtom(user, AddressSyntax.STRICT_UTF8)) {
            return user;
        }
        StringBuilder quoted = new StringBuilder(user.length() + 8).append('"');
        for (int i = 0; i < user.length(); i++) {
            char c = user.charAt(i);
            if (c != '.' && !isAtomChar(c, AddressSyntax.STRICT_UTF8)) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 32 || (c >= 127 && c <= 159) || c == '\u2028' || c == '\u2029') {
                return true;
            }
        }
        return false;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
