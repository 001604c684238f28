package org.qpsmtpd.plugin.disclaimer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A body line by line, up to the next boundary. The line end before a boundary belongs to it, so
 * each line comes with the end of the one before.
 */
final class Lines {
    private static final int LONGEST = 1 << 16;

    private final InputStream in;
    private final List<String> boundaries = new ArrayList<>();
    private byte[] held = new byte[0];
    private boolean isWithinLine;
    private boolean isOver;
    private Met met = Met.NOTHING;

    /**
     * Where reading has come to.
     *
     * @param level the multipart whose boundary it is, from 0; -1 for none
     * @param isLast whether the multipart ends with it
     * @param line the boundary with the line end before it, without that behind it
     */
    record Met(int level, boolean isLast, String line) {
        static final Met NOTHING = new Met(-1, false, "");
    }

    Lines(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** A multipart begins. */
    void begin(String boundary) {
        boundaries.add("--" + boundary);
    }

    /** Multiparts end, down to a level. */
    void end(int level) {
        while (boundaries.size() > level) {
            boundaries.remove(boundaries.size() - 1);
        }
    }

    int depth() {
        return boundaries.size();
    }

    /** The boundary at which {@link #next} stopped; that of level -1 at the end. */
    Met met() {
        return met;
    }

    /** The line end that stands before the end; empty without. */
    byte[] held() {
        return held;
    }

    /**
     * The next line, or piece of a long one, behind the end of the line before it.
     *
     * @return null at a boundary and at the end
     */
    byte @Nullable [] next() throws IOException {
        if (isOver || met.level >= 0) {
            return null;
        }
        boolean isStart = !isWithinLine;
        byte[] line = line();
        if (line.length == 0) {
            isOver = true;
            return null;
        }
        int end = endOf(line);
        String text = new String(line, 0, end, StandardCharsets.ISO_8859_1);
        byte[] before = held;
        held = new byte[line.length - end];
        System.arraycopy(line, end, held, 0, held.length);
        isWithinLine = held.length == 0;
        Met found = isStart && text.startsWith("--") ? boundary(text, before) : Met.NOTHING;
        if (found.level >= 0) {
            met = found;
            return null;
        }
        ByteArrayOutputStream both = new ByteArrayOutputStream(before.length + end);
        both.writeBytes(before);
        both.write(line, 0, end);
        return both.toByteArray();
    }

    /** Whether the last line has not come to its end. */
    boolean isWithinLine() {
        return isWithinLine;
    }

    /** Goes on behind the boundary. */
    void pass() {
        met = Met.NOTHING;
    }

    /** Takes the line end that is held back as read. */
    void forgetEnd() {
        held = new byte[0];
    }

    private Met boundary(String text, byte[] before) {
        String line = text.stripTrailing();
        for (int level = boundaries.size() - 1; level >= 0; level--) {
            String boundary = boundaries.get(level);
            boolean isLast = line.equals(boundary + "--");
            if (isLast || line.equals(boundary)) {
                String whole = new String(before, StandardCharsets.ISO_8859_1) + text;
                return new Met(level, isLast, whole);
            }
        }
        return Met.NOTHING;
    }

    private byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet >= 0) {
            line.write(octet);
            if (octet == '\n' || line.size() >= LONGEST) {
                break;
            }
            octet = in.read();
        }
        return line.toByteArray();
    }

    private static int endOf(byte[] line) {
        int end = line.length;
        if (line[end - 1] == '\n') {
            end--;
            end -= end > 0 && line[end - 1] == '\r' ? 1 : 0;
        }
        return end;
    }
}
