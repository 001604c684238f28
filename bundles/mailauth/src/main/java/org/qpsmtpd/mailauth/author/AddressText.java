package org.qpsmtpd.mailauth.author;

/** Finds the domains in text without comments and quoted strings. */
final class AddressText {
    private AddressText() {}

    /**
     * Adds what stands behind each {@code @}.
     *
     * @return how many there are
     */
    static int addAll(CharSequence text, Found found) {
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at++) == '@') {
                StringBuilder domain = new StringBuilder();
                at = domain(text, at, domain);
                found.domain(domain.toString());
                count++;
            }
        }
        return count;
    }

    /** Takes a domain, with blanks around its dots (RFC 5322 section 4.4); returns its end. */
    private static int domain(CharSequence text, int from, StringBuilder domain) {
        int at = skipBlanks(text, from);
        if (at < text.length() && text.charAt(at) == '[') {
            return literal(text, at, domain);
        }
        while (at < text.length() && !isEnd(text.charAt(at))) {
            int next = skipBlanks(text, at);
            boolean isDot = next < text.length() && text.charAt(next) == '.';
            if (next > at && !isDot && !endsWithDot(domain)) {
                return next;
            }
            at = next;
            if (at < text.length() && !isEnd(text.charAt(at))) {
                domain.append(text.charAt(at++));
            }
        }
        return at;
    }

    private static int literal(CharSequence text, int from, StringBuilder domain) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at++);
            domain.append(c);
            if (c == ']') {
                return at;
            }
        }
        return at;
    }

    private static boolean endsWithDot(StringBuilder domain) {
        return domain.length() > 0 && domain.charAt(domain.length() - 1) == '.';
    }

    private static boolean isEnd(char c) {
        return c == '@' || c == ',' || c == ';';
    }

    /** An address without the hosts it was to go by (RFC 5322 section 4.4): {@code @a,@b:}. */
    static String withoutRoute(CharSequence text) {
        String address = text.toString().strip();
        int colon = address.startsWith("@") ? address.indexOf(':') : -1;
        return colon < 0 ? address : address.substring(colon + 1);
    }

    static boolean isBlank(CharSequence text) {
        return skipBlanks(text, 0) == text.length();
    }

    private static int skipBlanks(CharSequence text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
