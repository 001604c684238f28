package org.qpsmtpd.mailauth.signature;

import java.security.MessageDigest;

/** A hash of the first octets of a canonical body. */
public final class BodyHash {
    /** The limit that stands for none. */
    public static final long WHOLE = -1;

    private static final byte[] NOTHING = new byte[0];

    private final MessageDigest digest = Digests.sha256();
    private final long limit;
    private long length;
    private byte[] hash = NOTHING;

    BodyHash(long limit) {
        this.limit = limit;
    }

    void add(byte[] octets, int offset, int count) {
        if (limit == WHOLE || length + count <= limit) {
            digest.update(octets, offset, count);
        } else if (length < limit) {
            digest.update(octets, offset, (int) (limit - length));
        }
        length += count;
    }

    long limit() {
        return limit;
    }

    void end() {
        hash = digest.digest();
    }

    /** The hash; empty before the body has ended. Not to be changed. */
    public byte[] hash() {
        return hash;
    }

    /** Octets of the whole canonical body, beyond the limit, too. */
    public long length() {
        return length;
    }
}
