package org.qpsmtpd.mailauth.signature;

import java.util.List;

/** Hands pieces of a canonical body to the hashes, small ones together. */
final class BodySink {
    private static final int BUFFER = 1024;
    private static final int SMALL = 256;

    private final List<BodyHash> hashes;
    private final byte[] buffer = new byte[BUFFER];
    private int held;
    private boolean isEmpty = true;

    /**
     * @param hashes may get more until the first octet
     */
    BodySink(List<BodyHash> hashes) {
        this.hashes = hashes;
    }

    /** Whether there was nothing yet. */
    boolean isEmpty() {
        return isEmpty;
    }

    void add(byte[] octets, int offset, int count) {
        if (count == 0) {
            return;
        }
        isEmpty = false;
        if (count > SMALL || count > BUFFER - held) {
            flush();
        }
        if (count > SMALL) {
            give(octets, offset, count);
            return;
        }
        System.arraycopy(octets, offset, buffer, held, count);
        held += count;
    }

    void flush() {
        give(buffer, 0, held);
        held = 0;
    }

    private void give(byte[] octets, int offset, int count) {
        for (BodyHash hash : hashes) {
            hash.add(octets, offset, count);
        }
    }
}
