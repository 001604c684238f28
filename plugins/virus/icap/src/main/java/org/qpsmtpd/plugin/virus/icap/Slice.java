package org.qpsmtpd.plugin.virus.icap;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.api.peer.Outgoing;

/**
 * A part of a message, as a chunk (RFC 9112 section 7.1) when it is sent.
 *
 * @param from where it begins
 * @param size at least one octet
 * @param sent learns what is read; all slices of a message have the same one
 */
record Slice(Outgoing message, long from, long size, Sent sent) implements Outgoing {
    private static final long CHUNK = 256 * 1024;

    /** All octets from one to another, in chunks; nothing when there are none. */
    static List<Outgoing> chunks(Outgoing message, long from, long to, Sent sent) {
        List<Outgoing> chunks = new ArrayList<>();
        for (long start = from; start < to; start += CHUNK) {
            long size = Math.min(CHUNK, to - start);
            chunks.add(Text.octets(Long.toHexString(size) + "\r\n"));
            chunks.add(new Slice(message, start, size, sent));
            chunks.add(Text.octets("\r\n"));
        }
        return chunks;
    }

    @Override
    public boolean waits() {
        return message.waits();
    }

    @Override
    public InputStream open() throws IOException {
        InputStream in = message.open();
        boolean isGood = false;
        try {
            in.skipNBytes(from);
            isGood = true;
        } finally {
            if (!isGood) {
                in.close();
            }
        }
        if (from == 0) {
            sent.reset();
        }
        return new Window(in, size, sent);
    }

    /** A stream up to a certain octet. */
    private static final class Window extends FilterInputStream {
        private final Sent sent;
        private long rest;

        Window(InputStream in, long size, Sent sent) {
            super(in);
            this.sent = sent;
            rest = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            if (rest == 0) {
                return -1;
            }
            int count = super.read(octets, from, (int) Math.min(length, rest));
            if (count < 0) {
                throw new IOException("the message is shorter than it was");
            }
            rest -= count;
            sent.add(octets, from, count);
            return count;
        }
    }
}
