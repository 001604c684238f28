package org.qpsmtpd.smtpclient;

import java.io.OutputStream;

/** Looks through a message before it is sent, so that nothing is begun that must be broken off. */
final class MessageScan extends OutputStream {
    private long size;
    private boolean eightBit;
    private boolean eightBitHeader;
    private boolean inHeader = true;
    private boolean lineEmpty = true;
    private boolean bareLineEnd;
    private boolean afterCr;
    private boolean atLineStart = true;

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        if (inHeader) {
            scanHeader(octets, offset, offset + length);
        }
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

    /** The header ends with the first line that has nothing in it. */
    private void scanHeader(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] == '\n') {
                if (lineEmpty) {
                    inHeader = false;
                    return;
                }
                lineEmpty = true;
            } else if (octets[i] != '\r') {
                lineEmpty = false;
                eightBitHeader |= octets[i] < 0;
            }
        }
    }

    /** Octets that will be sent, without dots added and without the final dot. */
    long size() {
        return atLineStart ? size : size + 2;
    }

    boolean hasEightBit() {
        return eightBit;
    }

    /** Whether the header, without those of parts of the message, is more than ASCII. */
    boolean hasEightBitHeader() {
        return eightBitHeader;
    }

    boolean hasBareLineEnd() {
        return bareLineEnd || afterCr;
    }
}
