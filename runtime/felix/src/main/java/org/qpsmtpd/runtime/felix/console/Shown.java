package org.qpsmtpd.runtime.felix.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Text from the server as it is shown: everything by which it could steer a terminal is spelt out.
 * Line ends and tabs stay. Of what is no UTF-8 each octet is shown as {@code \\x9B}, other
 * controls, and characters that cannot be seen but change what can, likewise or as {@code \\u202E}.
 *
 * <p>It comes in pieces that may end within a character, so there is one of these for each stream.
 */
final class Shown {
    private static final int LONGEST_CHARACTER = 4;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer waiting = ByteBuffer.allocate(LONGEST_CHARACTER);

    /** Takes the next piece. */
    String of(ByteBuffer piece) {
        ByteBuffer in =
                ByteBuffer.allocate(waiting.position() + piece.remaining())
                        .put(waiting.flip())
                        .put(piece)
                        .flip();
        waiting.clear();
        StringBuilder shown = new StringBuilder(in.remaining());
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        CoderResult result = decoder.reset().decode(in, out, false);
        while (result.isError()) {
            appendAll(shown, out);
            for (int i = 0; i < result.length(); i++) {
                shown.append(String.format("\\x%02X", in.get()));
            }
            result = decoder.reset().decode(in, out, false);
        }
        appendAll(shown, out);
        waiting.put(in);
        return shown.toString();
    }

    private static void appendAll(StringBuilder shown, CharBuffer decoded) {
        decoded.flip().codePoints().forEach(point -> append(shown, point));
        decoded.clear();
    }

    /** A whole text. */
    static String of(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> append(shown, point));
        return shown.toString();
    }

    private static void append(StringBuilder shown, int point) {
        if (point == '\n' || point == '\t' || isHarmless(point)) {
            shown.appendCodePoint(point);
        } else if (point < 0x100) {
            shown.append(String.format("\\x%02X", point));
        } else {
            for (char unit : Character.toChars(point)) {
                shown.append(String.format("\\u%04X", (int) unit));
            }
        }
    }

    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }

    /** Prints the next piece at once. */
    void print(ByteBuffer piece, OutputStream to) throws IOException {
        to.write(of(piece).getBytes(StandardCharsets.UTF_8));
        to.flush();
    }
}
