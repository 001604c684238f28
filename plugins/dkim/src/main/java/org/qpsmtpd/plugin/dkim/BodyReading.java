package org.qpsmtpd.plugin.dkim;

import java.io.IOException;
import java.io.InputStream;
import org.qpsmtpd.api.session.MessageBody;

/** Reads a message's body from where it lies. */
final class BodyReading {
    private static final int PIECE = 64 * 1024;
    private static final int EMPTY_LINE = 2;

    private BodyReading() {}

    /** Takes a piece of it. */
    interface Taker {
        void take(byte[] octets, int offset, int count);
    }

    /** Gives all that follows the empty line behind the header. */
    static void read(MessageBody body, Taker taker) throws IOException {
        long size = Math.max(1, body.size() - body.bodyStart());
        byte[] piece = new byte[(int) Math.min(PIECE, size)];
        try (InputStream in = body.openBody()) {
            var unused = in.readNBytes(EMPTY_LINE);
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                taker.take(piece, 0, count);
            }
        }
    }
}
