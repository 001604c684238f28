package org.qpsmtpd.api.program;

import java.nio.charset.StandardCharsets;

/**
 * How a run of a program ended.
 *
 * @param inTime false when it was killed at the limit; nothing else counts then
 * @param exitCode 0 to 255, as a shell gives it: 128 and more after a signal
 * @param handed how much of the message it was given
 * @param output what it wrote to its standard output
 * @param errors what it wrote to its standard error
 */
public record ProgramEnd(
        boolean inTime, int exitCode, Handed handed, Output output, Output errors) {
    private static final int MAX_LINE = 250;

    /** How much of a message the program was given. */
    public enum Handed {
        /** All. */
        WHOLE,

        /** The program stopped reading, or ended, before the message's end. */
        BROKEN_OFF,

        /** The message could not be read; the program was killed before it could see an end. */
        UNREADABLE
    }

    /**
     * What a program wrote.
     *
     * @param text its beginning, an octet a character
     * @param isWhole whether that is all
     */
    public record Output(String text, boolean isWhole) {
        /** Nothing is known of what it wrote. */
        static final Output NONE = new Output("", false);

        static Output of(byte[] octets, boolean isWhole) {
            return new Output(new String(octets, StandardCharsets.ISO_8859_1), isWhole);
        }

        /**
         * As a reply and the log may show it: at most 250 printable ASCII characters, with blanks
         * for controls and ? for others.
         */
        public String oneLine() {
            return ProgramEnd.oneLine(text);
        }
    }

    /** Any text as {@link Output#oneLine} gives it. */
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(c < ' ' ? ' ' : c > 126 ? '?' : c);
        }
        String plain = line.toString().strip();
        return plain.length() <= MAX_LINE ? plain : plain.substring(0, MAX_LINE) + "...";
    }
}
