package org.qpsmtpd.plugin.contentlog;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/**
 * Writes a message with LF where it has CRLF, in large pieces, and ends its last line. A CR before
 * anything else stays.
 */
final class MessageOutput extends OutputStream {
    private static final int PIECE = 1 << 16;

    private final WritableByteChannel channel;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    private boolean carriageReturnSeen;
    private byte last = '\n';
    private long written;

    /**
     * @param channel gets the message; stays open
     */
    MessageOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    @Override
    public void write(int octet) throws IOException {
        if (carriageReturnSeen && octet != '\n') {
            put((byte) '\r');
        }
        carriageReturnSeen = octet == '\r';
        if (!carriageReturnSeen) {
            put((byte) octet);
        }
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, source.length);
        for (int i = from; i < from + length; i++) {
            write(source[i]);
        }
    }

    /** Writes what is still held back. */
    void finish() throws IOException {
        if (carriageReturnSeen) {
            carriageReturnSeen = false;
            put((byte) '\r');
        }
        if (last != '\n') {
            put((byte) '\n');
        }
        drain();
    }

    /** Octets that the channel has taken. */
    long written() {
        return written;
    }

    private void put(byte octet) throws IOException {
        if (!piece.hasRemaining()) {
            drain();
        }
        piece.put(octet);
        last = octet;
    }

    private void drain() throws IOException {
        piece.flip();
        while (piece.hasRemaining()) {
            written += channel.write(piece);
        }
        piece.clear();
    }
}
