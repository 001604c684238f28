package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.OutputStream;

/** Passes a message with LF line ends on, or its header alone, and notes what is in it. */
final class Part extends OutputStream {
    private final OutputStream out;
    private final boolean isHeaderOnly;
    private boolean inHeader = true;
    private boolean atLineStart = true;
    private boolean hasEightBit;
    private boolean hasEightBitHeader;

    Part(OutputStream out, boolean isHeaderOnly) {
        this.out = out;
        this.isHeaderOnly = isHeaderOnly;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int end = offset + length;
        int next = offset;
        while (inHeader && next < end) {
            look(octets[next++]);
        }
        int passed = isHeaderOnly ? next : end;
        for (int i = next; i < passed; i++) {
            hasEightBit |= octets[i] < 0;
        }
        out.write(octets, offset, passed - offset);
    }

    private void look(byte octet) {
        inHeader = octet != '\n' || !atLineStart;
        atLineStart = octet == '\n';
        hasEightBitHeader |= octet < 0;
        hasEightBit |= octet < 0;
    }

    boolean hasEightBit() {
        return hasEightBit;
    }

    boolean hasEightBitHeader() {
        return hasEightBitHeader;
    }
}
