package org.qpsmtpd.smtpclient;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds line ends that need a closer look, eight octets in one step. */
final class LineEnds {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int STEP = Long.BYTES;
    private static final long HIGH = 0x8080_8080_8080_8080L;

    /** The octet above CR, eight times. */
    private static final long ABOVE_CR = 0x0E0E_0E0E_0E0E_0E0EL;

    private LineEnds() {}

    /**
     * Where the first CR or LF is that is no ordinary end of a line, which is CRLF and has
     * something else than a dot behind it; {@code to} when there is none before.
     *
     * @param from the octet before it is no CR
     */
    static int findOdd(byte[] octets, int from, int to) {
        int i = find(octets, from, to);
        while (i < to - 2 && isOrdinary(octets, i)) {
            i = find(octets, i + 2, to);
        }
        return i;
    }

    private static boolean isOrdinary(byte[] octets, int i) {
        return octets[i] == '\r' && octets[i + 1] == '\n' && octets[i + 2] != '.';
    }

    /** Where the first CR or LF is, or {@code to} when there is none before. */
    private static int find(byte[] octets, int from, int to) {
        int i = from;
        while (i <= to - STEP) {
            long low = low((long) WORDS.get(octets, i));
            if (low == 0) {
                i += STEP;
                continue;
            }
            i += Long.numberOfTrailingZeros(low) / STEP;
            if (isEnd(octets[i])) {
                return i;
            }
            i++;
        }
        while (i < to && !isEnd(octets[i])) {
            i++;
        }
        return i;
    }

    private static boolean isEnd(byte octet) {
        return octet == '\r' || octet == '\n';
    }

    /** The high bit of each octet up to CR; those above the lowest may be wrong. */
    private static long low(long word) {
        return (word - ABOVE_CR) & ~word & HIGH;
    }

    /** Whether an octet is beyond ASCII. */
    static boolean haveEightBit(byte[] octets, int from, int to) {
        long all = 0;
        int i = from;
        for (; i <= to - STEP; i += STEP) {
            all |= (long) WORDS.get(octets, i);
        }
        for (; i < to; i++) {
            all |= octets[i] & 0x80;
        }
        return (all & HIGH) != 0;
    }
}
