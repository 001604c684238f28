package org.qpsmtpd.plugin.attachments;

/** The first blocks of an archive of RAR, as far as they say whether it is encrypted. */
final class RarHeader {
    private static final int OLD_MAIN = 7;
    private static final int NEW_FIRST = 8;

    private RarHeader() {}

    /** Whether the first blocks say so: that of the archive, or that of its first file. */
    static boolean isEncrypted(byte[] head) {
        return head.length > 32 && (head[6] == 1 ? isNewEncrypted(head) : isOldEncrypted(head));
    }

    /** Blocks of version 4: sum (2), type (1), flags (2), size (2). */
    private static boolean isOldEncrypted(byte[] head) {
        if ((head[OLD_MAIN + 3] & 0x80) != 0) {
            return true;
        }
        int file = OLD_MAIN + ((head[OLD_MAIN + 5] & 255) | (head[OLD_MAIN + 6] & 255) << 8);
        return file + 4 < head.length && head[file + 2] == 0x74 && (head[file + 3] & 4) != 0;
    }

    /** Blocks of version 5: sum (4), size, type; the type 4 comes first when all is encrypted. */
    private static boolean isNewEncrypted(byte[] head) {
        int at = NEW_FIRST + 4;
        while (at < head.length - 1 && head[at] < 0) {
            at++;
        }
        return at + 1 < head.length && head[at + 1] == 4;
    }
}
