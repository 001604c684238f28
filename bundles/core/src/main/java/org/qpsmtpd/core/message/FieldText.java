package org.qpsmtpd.core.message;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Octets of a field as text and back, none of them lost: what is not UTF-8 stands as U+DC80 to
 * U+DCFF, which no UTF-8 text holds.
 */
final class FieldText {
    private static final char ESCAPE = '\uDC00';

    private FieldText() {}

    static String read(byte[] octets, int from, int to) {
        String text = new String(octets, from, to - from, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : escaped(octets, from, to);
    }

    private static String escaped(byte[] octets, int from, int to) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(octets, from, to - from);
        CharBuffer out = CharBuffer.allocate(to - from);
        CoderResult result = decoder.decode(in, out, true);
        while (result.isError()) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE | (in.get() & 0xFF)));
            }
            result = decoder.reset().decode(in, out, true);
        }
        return out.flip().toString();
    }

    static byte[] write(String text) {
        if (!Characters.any(text, FieldText::isEscape)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteBuffer out = ByteBuffer.allocate(3 * text.length());
        text.codePoints()
                .forEach(
                        c -> {
                            if (isEscape(c)) {
                                out.put((byte) c);
                            } else {
                                out.put(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                            }
                        });
        byte[] octets = new byte[out.position()];
        out.flip().get(octets);
        return octets;
    }

    private static boolean isEscape(int c) {
        return c >= (ESCAPE | 0x80) && c <= (ESCAPE | 0xFF);
    }

    /** Keeps a line end only where a blank follows, and no other control character but the tab. */
    static String clean(String value) {
        StringBuilder clean = new StringBuilder(value.length() + 8);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\n') {
                if (folds(value, i + 1)) {
                    clean.append("\r\n");
                }
            } else if (isKept(c)) {
                clean.append(c);
            }
        }
        return clean.toString();
    }

    /** Whether a line begins with a blank and holds anything else: only such a line is a fold. */
    private static boolean folds(String value, int lineStart) {
        int i = lineStart;
        while (i < value.length() && (isBlank(value.charAt(i)) || !isKept(value.charAt(i)))) {
            if (value.charAt(i) == '\n') {
                return false;
            }
            i++;
        }
        return i < value.length() && i > lineStart && isBlank(value.charAt(lineStart));
    }

    private static boolean isKept(char c) {
        return c == '\t' || (c >= 32 && (c < 127 || c > 159) && c != '\u2028' && c != '\u2029');
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
