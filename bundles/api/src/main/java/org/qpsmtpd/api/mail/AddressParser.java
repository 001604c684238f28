package org.qpsmtpd.api.mail;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Hosts;

import java.util.Optional;

/** Reads paths without regular expressions, in one pass over bounded input. */
final class AddressParser {
    private static final int MAX_PART = 255;
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private AddressParser() {}

    /** The user without quotation, and the host; both empty for the null sender. */
    record Parts(String user, String host) {}

    static Optional<Parts> parse(String path, AddressSyntax syntax) {
        if (path.length() < 2 || path.charAt(0) != '<' || path.charAt(path.length() - 1) != '>') {
            return Optional.empty();
        }
        String inner = path.substring(1, path.length() - 1);
        if (inner.isEmpty()) {
            return Optional.of(new Parts("", ""));
        }
        if (hasControl(inner)) {
            return Optional.empty();
        }
        String mailbox = withoutRoute(inner, syntax);
        return mailbox == null ? Optional.empty() : mailbox(mailbox, syntax);
    }

    private static Optional<Parts> mailbox(String text, AddressSyntax syntax) {
        if (text.equalsIgnoreCase("postmaster")) {
            return Optional.of(new Parts("postmaster", ""));
        }
        int at = text.lastIndexOf('@');
        if (at <= 0 || at > MAX_PART || !Hosts.isDomain(text.substring(at + 1), syntax.utf8())) {
            return Optional.empty();
        }
        String user = user(text.substring(0, at), syntax);
        return user == null
                ? Optional.empty()
                : Optional.of(new Parts(user, text.substring(at + 1)));
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
            if (!hop.startsWith("@") || !Hosts.isDomain(hop.substring(1), syntax.utf8())) {
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
        return (c < 128 && Character.isLetterOrDigit(c))
                || ATOM_SPECIALS.indexOf(c) >= 0
                || isForeign(c, syntax);
    }

    /** Beyond ASCII, and not what octets that are no UTF-8 are read as. */
    private static boolean isForeign(char c, AddressSyntax syntax) {
        return syntax.utf8() && c > 159 && c != '\uFFFD';
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
}
