package org.qpsmtpd.maildir;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Writes a message to a file with LF where it has CRLF. A CR before anything else stays. Eight
 * octets are copied and searched for CR at a time, and the file is written in large pieces.
 */
final class LineEndStream extends OutputStream {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long CR_IN_EACH_OCTET = '\r' * LOW_BITS;

    private final Disk.NewFile file;
    private final byte[] buffer;
    private int used;
    private long drained;
    private boolean carriageReturnSeen;

    /**
     * @param bufferSize octets written to the file at once, at least 1
     */
    LineEndStream(Disk.NewFile file, int bufferSize) {
        this.file = file;
        this.buffer = new byte[bufferSize];
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, source.length);
        int end = from + length;
        int next = from;
        while (next < end) {
            if (carriageReturnSeen) {
                carriageReturnSeen = false;
                if (source[next] != '\n') {
                    put((byte) '\r');
                }
            }
            if (used == buffer.length) {
                drain();
            }
            next = copyToCarriageReturn(source, next, end);
            if (next < end && source[next] == '\r') {
                carriageReturnSeen = true;
                next++;
            }
        }
    }

    /** Writes what is still held back to the file. The file stays open. */
    void finish() throws IOException {
        if (carriageReturnSeen) {
            carriageReturnSeen = false;
            put((byte) '\r');
        }
        drain();
    }

    /** How many octets have been written to the file. */
    long drained() {
        return drained;
    }

    /**
     * Copies until a CR, the end of the source or of the buffer, and returns the index it stopped
     * at.
     */
    private int copyToCarriageReturn(byte[] source, int from, int end) {
        byte[] target = buffer;
        int to = used;
        int next = from;
        int stop = Math.min(end, from + target.length - to);
        while (stop - next >= Long.BYTES) {
            long word = (long) WORD.get(source, next);
            WORD.set(target, to, word);
            long zeroForCr = word ^ CR_IN_EACH_OCTET;
            long found = (zeroForCr - LOW_BITS) & ~zeroForCr & HIGH_BITS;
            if (found != 0) {
                int before = Long.numberOfTrailingZeros(found) / Byte.SIZE;
                used = to + before;
                return next + before;
            }
            next += Long.BYTES;
            to += Long.BYTES;
        }
        while (next < stop && source[next] != '\r') {
            target[to++] = source[next++];
        }
        used = to;
        return next;
    }

    private void put(byte octet) throws IOException {
        if (used == buffer.length) {
            drain();
        }
        buffer[used++] = octet;
    }

    private void drain() throws IOException {
        file.write(ByteBuffer.wrap(buffer, 0, used));
        drained += used;
        used = 0;
    }
}
