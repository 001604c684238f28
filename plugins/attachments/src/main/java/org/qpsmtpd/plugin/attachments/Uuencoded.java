package org.qpsmtpd.plugin.attachments;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds files that stand in a text between {@code begin MODE NAME} and {@code end}. */
final class Uuencoded {
    private static final Pattern BEGIN =
            Pattern.compile("begin(?:-base64)? +[0-7]{3,6} +(.{1,500})");
    private static final int LONGEST = 1000;

    private final BufferedInputStream text;
    private final Inspector inspector;

    Uuencoded(InputStream text, Inspector inspector) {
        this.text = new BufferedInputStream(text);
        this.inspector = inspector;
    }

    void read() throws IOException {
        for (String line = line(); line != null; line = line()) {
            Matcher begin = BEGIN.matcher(line);
            if (begin.matches()) {
                String name = begin.group(1).strip();
                inspector.bounds().entry();
                inspector.judge().name(name);
                inspector.look(new File(), name, 0);
            }
        }
    }

    /** A line without its end, the first thousand octets of a longer one; null at the end. */
    private @Nullable String line() throws IOException {
        byte[] line = new byte[LONGEST];
        int length = 0;
        int octet = text.read();
        if (octet < 0) {
            return null;
        }
        while (octet >= 0 && octet != '\n') {
            if (octet != '\r' && length < LONGEST) {
                line[length++] = (byte) octet;
            }
            octet = text.read();
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** What the lines up to {@code end} stand for. */
    private final class File extends InputStream {
        private byte[] piece = new byte[0];
        private int at;
        private boolean isOver;

        @Override
        public int read() throws IOException {
            while (at == piece.length && !isOver) {
                String line = line();
                isOver = line == null || line.equals("end");
                piece = line == null || isOver ? new byte[0] : decoded(line);
                at = 0;
            }
            return isOver ? -1 : piece[at++] & 255;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return Octets.read(this, octets, from, length);
        }

        private byte[] decoded(String line) {
            int length = line.isEmpty() ? 0 : (line.charAt(0) - 32) & 63;
            byte[] octets = new byte[length];
            for (int i = 0; i < length; i++) {
                int bits = 0;
                for (int k = 0; k < 4; k++) {
                    int place = 1 + i / 3 * 4 + k;
                    int c = place < line.length() ? line.charAt(place) : ' ';
                    bits = bits << 6 | ((c - 32) & 63);
                }
                octets[i] = (byte) (bits >> (8 * (2 - i % 3)));
            }
            return octets;
        }
    }
}
