package org.qpsmtpd.plugin.attachments;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** What comes out of an archive, counted against what goes into it. */
final class Unpacked extends FilterInputStream {
    private final Counted packed;
    private final Bounds bounds;
    private long out;

    /** Octets on their way in. */
    static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count += octet < 0 ? 0 : 1;
            return octet;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            int read = super.read(octets, from, length);
            count += Math.max(0, read);
            return read;
        }

        /** What it is a part of goes on. */
        @Override
        public void close() {}
    }

    Unpacked(InputStream unpacked, Counted packed, Bounds bounds) {
        super(unpacked);
        this.packed = packed;
        this.bounds = bounds;
    }

    /** Unpacks gzip. */
    static Unpacked gzip(InputStream content, Bounds bounds) throws IOException {
        Counted packed = new Counted(content);
        return new Unpacked(new GZIPInputStream(packed), packed, bounds);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        int read = super.read(octets, from, length);
        if (read > 0) {
            out += read;
            bounds.unpacked(read, out, packed.count);
        }
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] some = new byte[(int) Math.min(8192, Math.max(0, count))];
        return Math.max(0, read(some, 0, some.length));
    }
}
