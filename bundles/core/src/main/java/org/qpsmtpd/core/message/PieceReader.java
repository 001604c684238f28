package org.qpsmtpd.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;

/**
 * Reads the pieces of a message that is in memory. The arrays are the message's until it is closed.
 */
final class PieceReader extends InputStream {
    private final List<Piece> pieces;
    private final Runnable whenClosed;
    private int index;
    private int at;
    private boolean closed;

    /**
     * @param from how many octets are passed over
     * @param whenClosed run once
     */
    PieceReader(List<Piece> pieces, long from, Runnable whenClosed) {
        this.pieces = pieces;
        this.whenClosed = whenClosed;
        long left = from;
        while (index < pieces.size() && left >= pieces.get(index).length()) {
            left -= pieces.get(index).length();
            index++;
        }
        at = (int) left;
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? pieces.get(index).octets()[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        Piece piece = pieces.get(index);
        int count = Math.min(length, piece.length() - at);
        System.arraycopy(piece.octets(), at, into, from, count);
        at += count;
        return count;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        long count = 0;
        while (hasMore()) {
            Piece piece = pieces.get(index);
            int length = piece.length() - at;
            out.write(piece.octets(), at, length);
            at += length;
            count += length;
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return hasMore() ? pieces.get(index).length() - at : 0;
    }

    private boolean hasMore() throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (index < pieces.size() && at == pieces.get(index).length()) {
            index++;
            at = 0;
        }
        return index < pieces.size();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            whenClosed.run();
        }
    }
}
