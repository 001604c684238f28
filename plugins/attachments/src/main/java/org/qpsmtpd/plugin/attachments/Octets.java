package org.qpsmtpd.plugin.attachments;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Several octets of a stream that is made octet by octet. */
final class Octets {
    private Octets() {}

    /** What {@link InputStream#read(byte[], int, int)} does, by single octets. */
    static int read(InputStream in, byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        int count = 0;
        while (count < length) {
            int octet = in.read();
            if (octet < 0) {
                return count == 0 ? -1 : count;
            }
            octets[from + count++] = (byte) octet;
        }
        return count;
    }
}
