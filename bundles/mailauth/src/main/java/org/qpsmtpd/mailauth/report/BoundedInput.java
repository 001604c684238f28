package org.qpsmtpd.mailauth.report;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read, and ends with a fault when it is too much. */
final class BoundedInput extends FilterInputStream {
    private final Bound bound;
    private long count;

    /** Asked with the number of octets so far. */
    interface Bound {
        void check(long count) throws IOException;
    }

    BoundedInput(InputStream in, Bound bound) {
        super(in);
        this.bound = bound;
    }

    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        count(octet < 0 ? 0 : 1);
        return octet;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
        int read = super.read(octets, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long n) throws IOException {
        long skipped = super.skip(n);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long more) throws IOException {
        count += more;
        bound.check(count);
    }
}
