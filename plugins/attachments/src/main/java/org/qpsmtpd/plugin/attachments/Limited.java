package org.qpsmtpd.plugin.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** So many octets of a stream, which goes on behind them. */
final class Limited extends InputStream {
    private final InputStream in;
    private long left;

    Limited(InputStream in, long length) {
        this.in = in;
        left = length;
    }

    @Override
    public int read() throws IOException {
        int octet = left > 0 ? in.read() : -1;
        left = octet < 0 ? 0 : left - 1;
        return octet;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = left > 0 ? in.read(octets, from, (int) Math.min(length, left)) : -1;
        left = count < 0 ? 0 : left - count;
        return count;
    }

    /** Goes to their end. */
    void drain() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }
}
