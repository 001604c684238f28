package org.qpsmtpd.api.peer;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Objects;

/** Parts of a question as one stream; each is opened when the one before has ended. */
final class PartsStream extends InputStream {
    private final Iterator<Opener> rest;
    private InputStream current = nullInputStream();

    PartsStream(Iterator<Opener> parts) {
        rest = parts;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        int read = 0;
        while (read < length) {
            int count = current.read(octets, from + read, length - read);
            if (count > 0) {
                read += count;
            } else if (rest.hasNext()) {
                current.close();
                current = rest.next().open();
            } else {
                return read == 0 ? -1 : read;
            }
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
