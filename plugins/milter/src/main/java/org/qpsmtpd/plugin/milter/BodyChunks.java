package org.qpsmtpd.plugin.milter;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.session.MessageBody;

/**
 * The body of a message in packets, read once from where it lies, each when it is sent. The empty
 * line after the header is no part of it.
 */
final class BodyChunks {
    private static final int EMPTY_LINE = 2;

    private final MessageBody body;
    private final boolean waits;
    private long left;
    private @Nullable InputStream stream;
    private boolean isReading;
    private boolean isClosed;

    BodyChunks(MessageBody body) {
        this.body = body;
        waits = !body.inMemory();
        left = Math.max(0, body.size() - body.bodyStart() - EMPTY_LINE);
    }

    boolean hasNext() {
        return left > 0;
    }

    /** The next packet. Sent before another is, as all that is in it comes from one stream. */
    Outgoing next() {
        int length = (int) Math.min(Packet.MOST, left);
        left -= length;
        byte[] head = Packet.head(Stage.BODY.letter, length);
        return new Outgoing.Part(
                head.length + length,
                waits,
                () -> new SequenceInputStream(new ByteArrayInputStream(head), new Slice(length)));
    }

    /** All packets that are left. */
    List<Outgoing> rest() {
        List<Outgoing> all = new ArrayList<>();
        while (hasNext()) {
            all.add(next());
        }
        return all;
    }

    /** Reads no more. */
    synchronized void close() {
        left = 0;
        isClosed = true;
        if (!isReading) {
            closeStream();
        }
    }

    private void closeStream() {
        InputStream open = stream;
        stream = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it was only read
            }
        }
    }

    private int read(byte[] octets, int from, int length) throws IOException {
        begin();
        try {
            InputStream in = stream;
            if (in == null) {
                in = body.openBody();
                stream = in;
                in.skipNBytes(EMPTY_LINE);
            }
            return in.read(octets, from, length);
        } finally {
            end();
        }
    }

    private synchronized void begin() throws IOException {
        if (isClosed) {
            throw new IOException("nobody wants the message any more");
        }
        isReading = true;
    }

    private synchronized void end() {
        isReading = false;
        if (isClosed) {
            closeStream();
        }
    }

    /** The next octets of the body. */
    private final class Slice extends InputStream {
        private int rest;

        Slice(int length) {
            rest = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, octets.length);
            if (rest == 0) {
                return -1;
            }
            int count = BodyChunks.this.read(octets, from, Math.min(length, rest));
            if (count < 0) {
                throw new IOException("the message is shorter than it was");
            }
            rest -= count;
            return count;
        }
    }
}
