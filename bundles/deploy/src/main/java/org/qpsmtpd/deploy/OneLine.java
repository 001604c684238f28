package org.qpsmtpd.deploy;

/** Foreign text, fit for a line of the log. */
final class OneLine {
    private static final int MOST = 400;

    private OneLine() {}

    /** The text without line ends and other control characters, cut when it is long. */
    static String of(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(MOST)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .forEach(line::appendCodePoint);
        return line.toString().strip();
    }
}
