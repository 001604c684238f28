package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.OutputStream;

/** Writes CRLF where it is given LF, as messages are kept with LF alone. */
final class CrlfStream extends OutputStream {

    private final OutputStream out;

    CrlfStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        byte[] pieces = new byte[2 * length];
        int used = 0;
        for (int i = offset; i < offset + length; i++) {
            byte octet = octets[i];
            if (octet == '\n') {
                pieces[used++] = '\r';
            }
            pieces[used++] = octet;
        }
        out.write(pieces, 0, used);
    }
}
