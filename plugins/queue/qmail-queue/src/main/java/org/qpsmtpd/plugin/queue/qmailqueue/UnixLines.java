package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a message to a pipe with LF where it has CRLF. A CR before anything else stays. */
final class UnixLines extends OutputStream {
    private static final int PIECE = 64 * 1024;

    private final OutputStream pipe;
    private final byte[] buffer = new byte[PIECE];
    private int used;
    private boolean carriageReturn;
    private boolean broken;

    UnixLines(OutputStream pipe) {
        this.pipe = pipe;
    }

    /** Whether the pipe failed, and not what the message comes from. */
    boolean isBroken() {
        return broken;
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

    /** Writes what is still held back. The pipe stays open. */
    void finish() throws IOException {
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
        try {
            pipe.write(buffer, 0, used);
            pipe.flush();
            used = 0;
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }
}
