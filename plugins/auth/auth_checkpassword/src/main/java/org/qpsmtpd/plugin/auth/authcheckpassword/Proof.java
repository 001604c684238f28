package org.qpsmtpd.plugin.auth.authcheckpassword;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.qpsmtpd.api.auth.Credentials;

/** What a checkpassword program reads: user, password and a time stamp, each with a NUL behind. */
final class Proof {
    /** What a program reads at most. */
    static final int LONGEST = 512;

    private static final byte[] STAMP = "Y123456\0".getBytes(StandardCharsets.US_ASCII);

    private Proof() {}

    /** The octets, to be wiped; absent when they are too many, or one of the parts has a NUL. */
    static Optional<byte[]> of(Credentials credentials) {
        byte[] user = credentials.user().getBytes(StandardCharsets.UTF_8);
        byte[] password = credentials.password().octets();
        try {
            int size = user.length + 1 + password.length + 1 + STAMP.length;
            if (size > LONGEST || hasNul(user) || hasNul(password)) {
                return Optional.empty();
            }
            ByteBuffer all = ByteBuffer.allocate(size);
            all.put(user).put((byte) 0).put(password).put((byte) 0).put(STAMP);
            return Optional.of(all.array());
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private static boolean hasNul(byte[] octets) {
        for (byte octet : octets) {
            if (octet == 0) {
                return true;
            }
        }
        return false;
    }
}
