package org.qpsmtpd.core.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the end of data, undoes dot-stuffing, and refuses bare CR and LF, in place and eight octets
 * at a time. Only CRLF {@code .} CRLF ends a message; how the octets are cut into pieces makes no
 * difference.
 *
 * <p>Source: RFC 5321 sections 4.5.2 and 2.3.8.
 */
public final class DataDecoder {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long CRS = 0x0D0D0D0D0D0D0D0DL;
    private static final long LFS = 0x0A0A0A0A0A0A0A0AL;

    /** Where in a line the next octet stands. */
    private enum Place {
        LINE_START,
        IN_LINE,
        AFTER_CR,
        AFTER_DOT,
        AFTER_DOT_CR
    }

    /** What was found so far. */
    public enum State {
        /** The message goes on. */
        OPEN,
        /** The end of data was found. */
        ENDED,
        /** A CR without LF or an LF without CR was found; nothing after it counts. */
        BROKEN
    }

    private final boolean dots;
    private final boolean binary;
    private Place place = Place.LINE_START;
    private State state = State.OPEN;
    private int consumed;
    private long lines;

    private DataDecoder(boolean dots, boolean binary) {
        this.dots = dots;
        this.binary = binary;
    }

    /** For the octets after DATA, which end with a dot alone on a line. */
    public static DataDecoder forData() {
        return new DataDecoder(true, false);
    }

    /**
     * For the octets of BDAT, which are counted and have no dots added.
     *
     * @param binary whether bare CR and LF are allowed, as BODY=BINARYMIME says
     */
    public static DataDecoder forChunks(boolean binary) {
        return new DataDecoder(false, binary);
    }

    /**
     * Decodes the octets from {@code from} to {@code to}, and moves together what is left of them.
     *
     * @return where the decoded octets end, at most {@code to}
     */
    public int decode(byte[] data, int from, int to) {
        int in = from;
        int out = from;
        int kept = from; // octets from here to in are to be kept as they are
        while (in < to && state == State.OPEN) {
            if (place == Place.IN_LINE) {
                in = pastLines(data, in, to);
                if (in == to) {
                    break;
                }
            }
            byte octet = data[in++];
            switch (place) {
                case IN_LINE -> inLine(octet);
                case AFTER_CR -> afterCr(octet);
                case LINE_START -> {
                    if (dots && octet == '.') {
                        out = move(data, kept, in - 1, out);
                        kept = in;
                        place = Place.AFTER_DOT;
                    } else {
                        inLine(octet);
                    }
                }
                case AFTER_DOT -> {
                    if (octet == '\r') {
                        // kept only if this turns out not to be the end of data, and then it is
                        // broken
                        kept = in;
                        place = Place.AFTER_DOT_CR;
                    } else {
                        inLine(octet);
                    }
                }
                case AFTER_DOT_CR -> state = octet == '\n' ? State.ENDED : State.BROKEN;
            }
        }
        consumed = in - from;
        if (state == State.ENDED) {
            return out;
        }
        return move(data, kept, in, out);
    }

    private void inLine(byte octet) {
        place = octet == '\r' ? Place.AFTER_CR : Place.IN_LINE;
        if (octet == '\n' && !binary) {
            state = State.BROKEN;
        }
    }

    private void afterCr(byte octet) {
        if (octet == '\n') {
            lines++;
            place = Place.LINE_START;
        } else if (binary) {
            place = octet == '\r' ? Place.AFTER_CR : Place.IN_LINE;
        } else {
            state = State.BROKEN;
        }
    }

    private static int move(byte[] data, int from, int to, int target) {
        int length = to - from;
        if (length > 0 && from != target) {
            System.arraycopy(data, from, data, target, length);
        }
        return target + Math.max(0, length);
    }

    /**
     * Goes past lines that end well and are followed by one that begins with no dot: most are, and
     * it is still within a line where this stops.
     */
    private int pastLines(byte[] data, int from, int to) {
        int at = nextCrOrLf(data, from, to);
        while (at + 2 < to
                && data[at] == '\r'
                && data[at + 1] == '\n'
                && (data[at + 2] != '.' || !dots)) {
            lines++;
            at = nextCrOrLf(data, at + 2, to);
        }
        return at;
    }

    private static int nextCrOrLf(byte[] data, int from, int to) {
        int i = from;
        for (int last = to - Long.BYTES; i <= last; i += Long.BYTES) {
            long word = (long) LONGS.get(data, i);
            long cr = word ^ CRS;
            long lf = word ^ LFS;
            long hits = (((cr - ONES) & ~cr) | ((lf - ONES) & ~lf)) & HIGHS;
            if (hits != 0) {
                return i + (Long.numberOfTrailingZeros(hits) >>> 3);
            }
        }
        while (i < to && data[i] != '\r' && data[i] != '\n') {
            i++;
        }
        return i;
    }

    /** Whether the octets so far could be a whole message: they do not stop between CR and LF. */
    public boolean isWhole() {
        return binary || place != Place.AFTER_CR;
    }

    /** What was found so far. */
    public State state() {
        return state;
    }

    /** How many of the octets given last belong to the message, its end included. */
    public int consumed() {
        return consumed;
    }

    /** How many lines have ended so far. */
    public long lines() {
        return lines;
    }
}
