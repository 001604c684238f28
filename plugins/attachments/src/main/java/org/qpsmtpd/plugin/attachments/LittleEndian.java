package org.qpsmtpd.plugin.attachments;

/** Numbers whose first octet is the least. */
final class LittleEndian {
    private LittleEndian() {}

    /** A number of two octets. */
    static int u16(byte[] octets, int at) {
        return (octets[at] & 255) | (octets[at + 1] & 255) << 8;
    }

    /** A number of four octets. */
    static long u32(byte[] octets, int at) {
        return u16(octets, at) | (long) u16(octets, at + 2) << 16;
    }
}
