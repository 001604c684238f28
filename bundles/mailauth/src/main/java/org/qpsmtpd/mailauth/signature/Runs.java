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

    private static final long ABOVE_BLANKS = ONES * (' ' + 1);
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

    /**
     * Where the first octet is that must be looked at; blanks that stand alone need not be. Where
     * the next octets lie does not hang on what is in these, so that the processor need not wait
     * for it: a blank at the end is carried over to them.
     */
    private static int blankOrControl(byte[] octets, int from, int end) {
        int at = from;
        long carried = 0;
        for (; at + 16 <= end; at += 16) {
            long left = (long) LONGS.get(octets, at);
            long right = (long) LONGS.get(octets, at + 8);
            long leftLow = low(left);
            long rightLow = low(right);
            if ((leftLow | rightLow | carried) == 0) {
                continue; // nothing of either, which is the most there is of encoded text
            }
            long leftFound = leftLow & (~(left << 2) | (leftLow << 8) | carried);
            long rightFound = rightLow & (~(right << 2) | (rightLow << 8) | (leftLow >>> 56));
            if ((leftFound | rightFound) != 0) {
                return first(octets, at, from, leftFound, rightFound);
            }
            carried = rightLow >>> 56;
        }
        at -= (int) (carried >>> 7);
        while (at < end && (octets[at] < 0 || octets[at] > ' ')) {
            at++;
        }
        return at;
    }

    /** The first that was found; a blank right before it belongs to it. */
    private static int first(byte[] octets, int at, int from, long left, long right) {
        int skipped = left == 0 ? 8 + octet(right) : octet(left);
        int first = at + skipped;
        return first > from && octets[first - 1] == ' ' ? first - 1 : first;
    }

    private static int octet(long found) {
        return Long.numberOfTrailingZeros(found) >> 3;
    }

    /**
     * The high bit of each blank and control, and maybe of the octet behind one, which is then
     * looked at for nothing. Of these only a blank has the bit that is two below the high one.
     */
    private static long low(long eight) {
        return (eight - ABOVE_BLANKS) & ~eight & HIGH_BITS;
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
