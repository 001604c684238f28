package org.qpsmtpd.plugin.queue.smtpforward;

import java.io.OutputStream;

/** Looks through a message before it is sent, so that nothing is begun that must be broken off. */
final class MessageScan extends OutputStream {
    private long size;
    private boolean eightBit;
    private boolean bareLineEnd;
    private boolean afterCr;
    private boolean atLineStart = true;

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        boolean cr = afterCr;
        boolean bare = bareLineEnd;
        int all = 0;
        for (int i = offset; i < offset + length; i++) {
            byte octet = octets[i];
            all |= octet;
            bare |= cr != (octet == '\n');
            cr = octet == '\r';
        }
        size += length;
        eightBit |= all < 0;
        bareLineEnd = bare;
        afterCr = cr;
        if (length > 0) {
            atLineStart = octets[offset + length - 1] == '\n';
        }
    }

    /** Octets that will be sent, without dots added and without the final dot. */
    long size() {
        return atLineStart ? size : size + 2;
    }

    boolean hasEightBit() {
        return eightBit;
    }

    boolean hasBareLineEnd() {
        return bareLineEnd || afterCr;
    }
}
