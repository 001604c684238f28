package org.qpsmtpd.smtpclient;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds CR and LF, eight octets in one step. */
final class LineEnds {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int STEP = Long.BYTES;
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long CR = 0x0D0D_0D0D_0D0D_0D0DL;
    private static final long LF = 0x0A0A_0A0A_0A0A_0A0AL;

    private LineEnds() {}

    /** Where the first CR or LF is, or {@code to} when there is none before. */
    static int find(byte[] octets, int from, int to) {
        int i = from;
        for (; i <= to - STEP; i += STEP) {
            long found = in((long) WORDS.get(octets, i));
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / STEP;
            }
        }
        while (i < to && octets[i] != '\r' && octets[i] != '\n') {
            i++;
        }
        return i;
    }

    /** The high bit of each octet that is CR or LF; those above the lowest may be wrong. */
    private static long in(long word) {
        long cr = word ^ CR;
        long lf = word ^ LF;
        return (((cr - ONES) & ~cr) | ((lf - ONES) & ~lf)) & HIGH;
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
