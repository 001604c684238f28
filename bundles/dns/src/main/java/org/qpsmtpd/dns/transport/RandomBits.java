package org.qpsmtpd.dns.transport;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** Bits that nobody can guess, fetched in large pieces. Belongs to one thread. */
public final class RandomBits {
    private static final int PIECE = 4096;

    private final SecureRandom source = new SecureRandom();
    private final byte[] piece = new byte[PIECE];
    private final ByteBuffer left = ByteBuffer.wrap(piece).limit(0);

    /** Thirty-two of them. */
    public int next() {
        if (!left.hasRemaining()) {
            source.nextBytes(piece);
            left.clear();
        }
        return left.getInt();
    }

    /** A number below a bound. */
    int below(int bound) {
        return Math.floorMod(next(), bound);
    }
}
