package org.qpsmtpd.plugin.mtahooks;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Octets that are made piece by piece while they are read. */
final class PieceStream extends InputStream {
    private final Pieces pieces;
    private final InputStream source;
    private byte[] piece = {};
    private int position;

    /** Where they come from. */
    interface Pieces {
        /** The next piece; an empty one at the end. */
        byte[] next() throws IOException;
    }

    /**
     * @param source what the pieces are made of; closed with this
     */
    PieceStream(Pieces pieces, InputStream source) {
        this.pieces = pieces;
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (position == piece.length) {
            piece = pieces.next();
            position = 0;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, into, from, count);
        position += count;
        return count == 0 ? -1 : count;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
