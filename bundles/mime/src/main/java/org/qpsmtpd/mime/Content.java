package org.qpsmtpd.mime;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A part's content; a decoder of mime4j may give nothing although there is more to come. */
final class Content extends FilterInputStream {
    Content(InputStream decoded) {
        super(decoded);
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
        int count = super.read(octets, from, length);
        if (count != 0 || length == 0) {
            return count;
        }
        int next = read();
        if (next < 0) {
            return -1;
        }
        octets[from] = (byte) next;
        return 1;
    }
}
