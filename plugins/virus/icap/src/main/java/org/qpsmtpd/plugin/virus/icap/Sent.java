package org.qpsmtpd.plugin.virus.icap;

import java.util.zip.CRC32C;

/**
 * How many octets went one way, and their checksum, by which a message is known that comes back. An
 * honest server is asked, so that a checksum is enough.
 */
final class Sent {
    private final CRC32C sum = new CRC32C();
    private long length;

    /** Begins anew. */
    void reset() {
        sum.reset();
        length = 0;
    }

    void add(byte[] octets, int from, int count) {
        sum.update(octets, from, count);
        length += count;
    }

    long length() {
        return length;
    }

    boolean equalTo(Sent other) {
        return length == other.length && sum.getValue() == other.sum.getValue();
    }
}
