package org.qpsmtpd.console.text;

/** Text from elsewhere, made fit for a terminal. */
public final class Printable {
    private Printable() {}

    /**
     * The text with everything escaped that is no visible character: controls, characters that
     * change the direction of writing, and halves of pairs. A backslash stays as it is.
     */
    public static String of(String text) {
        if (text.codePoints().allMatch(Printable::isVisible)) {
            return text;
        }
        StringBuilder visible = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> append(visible, point));
        return visible.toString();
    }

    private static void append(StringBuilder visible, int point) {
        if (isVisible(point)) {
            visible.appendCodePoint(point);
        } else if (point < 0x100) {
            visible.append(String.format("\\x%02X", point));
        } else {
            visible.append(String.format("\\u%04X", point));
        }
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }
}
