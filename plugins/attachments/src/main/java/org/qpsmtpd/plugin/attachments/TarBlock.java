package org.qpsmtpd.plugin.attachments;

/** The head of an entry of tar. */
final class TarBlock {
    static final int LENGTH = 512;

    private static final int SUM_AT = 148;

    private TarBlock() {}

    /** Whether the block's octets add up to what it says. */
    static boolean hasItsSum(byte[] block) {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < LENGTH; i++) {
            boolean isSum = i >= SUM_AT && i < SUM_AT + 8;
            unsigned += isSum ? ' ' : block[i] & 255;
            signed += isSum ? ' ' : block[i];
        }
        int said = 0;
        int digits = 0;
        for (int i = SUM_AT; i < SUM_AT + 8; i++) {
            if (block[i] >= '0' && block[i] <= '7') {
                said = said << 3 | (block[i] - '0');
                digits++;
            }
        }
        return digits > 0 && (said == unsigned || said == signed);
    }
}
