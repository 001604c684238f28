package org.qpsmtpd.store.redis;

/** Why there is no answer. */
final class WireFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 200;

    WireFault(String reason) {
        super(reason, null, false, false);
    }

    /** A text of others, fit for a line of the log. */
    static String clean(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        StringBuilder clean = new StringBuilder(cut.length());
        for (int i = 0; i < cut.length(); i++) {
            char c = cut.charAt(i);
            clean.append(c < ' ' || c > '~' ? '?' : c);
        }
        return clean.toString();
    }
}
