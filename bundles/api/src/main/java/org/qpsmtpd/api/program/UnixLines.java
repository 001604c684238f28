package org.qpsmtpd.api.program;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a message with LF where it has CRLF. A CR before anything else stays. */
public final class UnixLines extends OutputStream {
    private static final int PIECE = 64 * 1024;

    private final OutputStream out;
    private final byte[] buffer = new byte[PIECE];
    private int used;
    private boolean carriageReturn;

    /**
     * @param out where the lines go, in large pieces; never closed
     */
    public UnixLines(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        if (carriageReturn && octet != '\n') {
            put('\r');
        }
        carriageReturn = octet == '\r';
        if (!carriageReturn) {
            put(octet);
        }
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        for (int i = from; i < from + length; i++) {
            write(source[i]);
        }
    }

    /** Writes what is still held back, a CR at the end of the message too. */
    public void finish() throws IOException {
        if (carriageReturn) {
            carriageReturn = false;
            put('\r');
        }
        drain();
    }

    private void put(int octet) throws IOException {
        if (used == buffer.length) {
            drain();
        }
        buffer[used++] = (byte) octet;
    }

    private void drain() throws IOException {
        out.write(buffer, 0, used);
        out.flush();
        used = 0;
    }
}
