package org.qpsmtpd.core.log;

/** Makes text safe for a log: one line, nothing that a terminal would obey. */
public final class LogText {
    private static final int MAX_LENGTH = 2000;

    private LogText() {}

    /**
     * Writes control characters, also those of the C1 set and the Unicode line separators, as
     * {@code \xNN} or {@code \\uNNNN}, and cuts what is longer than a line should be.
     */
    public static String clean(String text) {
        int length = Math.min(text.length(), MAX_LENGTH);
        int i = 0;
        while (i < length && isPlain(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder clean = new StringBuilder(length + 16).append(text, 0, i);
        for (; i < length; i++) {
            append(clean, text.charAt(i));
        }
        return length < text.length() ? clean.append("...").toString() : clean.toString();
    }

    /** What a failure says of itself, or its class when its own code fails at that, too. */
    public static String of(Throwable failure) {
        try {
            return clean(failure.toString());
        } catch (Throwable again) { // it is the plugin's code
            return failure.getClass().getName();
        }
    }

    /** The same, and where it was thrown. */
    public static String withPlace(Throwable failure) {
        try {
            StackTraceElement[] trace = failure.getStackTrace();
            return of(failure) + (trace.length == 0 ? "" : " at " + trace[0]);
        } catch (Throwable again) { // it is the plugin's code
            return of(failure);
        }
    }

    private static void append(StringBuilder clean, char c) {
        if (isPlain(c)) {
            clean.append(c);
        } else if (c < 256) {
            clean.append(String.format("\\x%02x", (int) c));
        } else {
            clean.append(String.format("\\u%04x", (int) c));
        }
    }

    private static boolean isPlain(char c) {
        return c >= 32 && (c < 127 || c > 159) && !isUnsafeUnicode(c);
    }

    /** Line separators, and marks that reorder what a terminal shows. */
    private static boolean isUnsafeUnicode(char c) {
        return c == '\u2028'
                || c == '\u2029'
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }
}
