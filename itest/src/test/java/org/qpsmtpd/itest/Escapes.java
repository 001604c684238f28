package org.qpsmtpd.itest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Octets in the text of a file of dialogues. */
public final class Escapes {
    private Escapes() {}

    /** Resolves escapes: backslash and one of {@code r n t s 0 \}, xHH, or {N*TEXT}. */
    public static byte[] octets(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) == '\\') {
                at = escape(text, at + 1, out);
            } else {
                int next = text.offsetByCodePoints(at, 1);
                out.writeBytes(text.substring(at, next).getBytes(StandardCharsets.UTF_8));
                at = next;
            }
        }
        return out.toByteArray();
    }

    private static int escape(String text, int at, ByteArrayOutputStream out) {
        switch (text.charAt(at)) {
            case 'r' -> out.write('\r');
            case 'n' -> out.write('\n');
            case 't' -> out.write('\t');
            case 's' -> out.write(' ');
            case '0' -> out.write(0);
            case '\\' -> out.write('\\');
            case 'x' -> {
                out.write(Integer.parseInt(text.substring(at + 1, at + 3), 16));
                return at + 3;
            }
            case '{' -> {
                int end = text.indexOf('}', at);
                int star = text.indexOf('*', at);
                byte[] repeated = octets(text.substring(star + 1, end));
                for (int i = Integer.parseInt(text.substring(at + 1, star)); i > 0; i--) {
                    out.writeBytes(repeated);
                }
                return end + 1;
            }
            default -> throw new IllegalArgumentException("no such escape in: " + text);
        }
        return at + 1;
    }
}
