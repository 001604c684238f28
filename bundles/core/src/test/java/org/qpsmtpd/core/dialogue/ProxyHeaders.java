package org.qpsmtpd.core.dialogue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** PROXY headers put together. */
final class ProxyHeaders {
    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };

    private ProxyHeaders() {}

    /** A header of version 2. */
    static byte[] v2(int versionAndCommand, int family, byte[] addresses, byte[] more)
            throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.write(SIGNATURE);
        header.write(versionAndCommand);
        header.write(family);
        int length = addresses.length + more.length;
        header.write(length >> 8);
        header.write(length);
        header.write(addresses);
        header.write(more);
        return header.toByteArray();
    }
}
