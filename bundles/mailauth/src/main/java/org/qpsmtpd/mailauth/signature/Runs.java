package org.qpsmtpd.mailauth.signature;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds how far octets of a body stay as they are. Looks at eight octets at a time. */
final class Runs {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long BLANKS = ONES * ' ';
    private static final long ABOVE_BLANKS = ONES * (' ' + 1);

    /** The bits of which a control character has none. */
    private static final long NO_CONTROLS = 0xE0E0E0E0E0E0E0E0L;

    private static final long CRS = ONES * '\r';

    private Runs() {}

    /**
     * Where the first blank or end of line is that may change in the relaxed form; else the end.
     */
    static int relaxed(byte[] octets, int from, int end) {
        int at = from;
        while (at < end) {
            at = blankOrControl(octets, at, end);
            if (at == end) {
                return end;
            }
            byte octet = octets[at];
            if (octet == '\t' || (octet == ' ' && isBeforeBlank(octets, at, end))) {
                return at;
            }
            if (octet == '\r') {
                int next = behindLineEnd(octets, at, end);
                if (next < 0 || isBlank(octets[next])) {
                    return at;
                }
                at = next;
                continue;
            }
            at++;
        }
        return end;
    }

    /** Where the first end of line is that may change in the simple form; else the end. */
    static int simple(byte[] octets, int from, int end) {
        int at = from;
        while (at < end) {
            at = carriageReturn(octets, at, end);
            if (at == end) {
                return end;
            }
            int next = behindLineEnd(octets, at, end);
            if (next < 0) {
                return at;
            }
            at = next;
        }
        return end;
    }

    private static boolean isBeforeBlank(byte[] octets, int at, int end) {
        return at + 1 == end || isBlank(octets[at + 1]) || octets[at + 1] == '\r';
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /**
     * What is behind an end of line, or behind a CR that stands alone; -1 when an empty line may
     * follow, and when that cannot be seen yet.
     */
    private static int behindLineEnd(byte[] octets, int at, int end) {
        if (at + 1 < end && octets[at + 1] != '\n') {
            return at + 1;
        }
        return at + 2 < end && octets[at + 2] != '\r' ? at + 2 : -1;
    }

    /** Where the first octet is that must be looked at; blanks that stand alone need not be. */
    private static int blankOrControl(byte[] octets, int from, int end) {
        int at = from;
        while (at + 8 <= end) {
            long eight = (long) LONGS.get(octets, at);
            if (((eight - ABOVE_BLANKS) & ~eight & HIGH_BITS) == 0) {
                at += 8; // nothing of either, which is the most there is of encoded text
                continue;
            }
            long blanks = zeros(eight ^ BLANKS);
            long controls = zeros(eight & NO_CONTROLS);
            if (controls != 0 || (blanks & (blanks << 8)) != 0) {
                return at + (Long.numberOfTrailingZeros(blanks | controls) >> 3);
            }
            at += 8 - (int) (blanks >>> 63); // a blank at the end is seen again with what follows
        }
        while (at < end && (octets[at] < 0 || octets[at] > ' ')) {
            at++;
        }
        return at;
    }

    /** The high bit of each octet that is 0, and no other bit. */
    private static long zeros(long eight) {
        return ~(((eight & ~HIGH_BITS) + ~HIGH_BITS) | eight | ~HIGH_BITS);
    }

    private static int carriageReturn(byte[] octets, int from, int end) {
        int at = from;
        for (; at + 8 <= end; at += 8) {
            long eight = (long) LONGS.get(octets, at) ^ CRS;
            long found = (eight - ONES) & ~eight & HIGH_BITS;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >> 3);
            }
        }
        while (at < end && octets[at] != '\r') {
            at++;
        }
        return at;
    }
}
