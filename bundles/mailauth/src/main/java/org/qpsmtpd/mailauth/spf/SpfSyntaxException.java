package org.qpsmtpd.mailauth.spf;

/** A record or an explanation that the grammar of RFC 7208 (section 12) does not know. */
final class SpfSyntaxException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int MOST_SHOWN = 100;

    /**
     * A fault.
     *
     * @param where the text that is wrong
     */
    SpfSyntaxException(String fault, String where) {
        super(
                fault + " '" + shown(where) + "'",
                null,
                false,
                false); // says itself where, and is made for each bad record
    }

    private static String shown(String text) {
        String part = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
        StringBuilder shown = new StringBuilder(part.length());
        part.chars().forEach(c -> shown.append(c < ' ' || c > '~' ? '?' : (char) c));
        return shown.toString();
    }
}
