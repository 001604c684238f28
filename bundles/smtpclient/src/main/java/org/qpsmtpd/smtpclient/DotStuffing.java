package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Adds the dots of RFC 5321 4.5.2 and lets no bare CR or LF through, so that nothing in a message
 * can look like its end.
 */
public final class DotStuffing extends OutputStream {
    private final OutputStream out;
    private long size;
    private boolean afterCr;
    private boolean atLineStart = true;

    /**
     * @param out takes the octets with the dots added
     */
    public DotStuffing(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    /**
     * {@inheritDoc}
     *
     * @throws BareLineEndException when the octets must not be sent
     */
    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int sent = offset;
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            if (!afterCr && !atLineStart) {
                i = LineEnds.findOdd(octets, i, end);
                if (i == end) {
                    break;
                }
            }
            byte octet = octets[i];
            if (afterCr != (octet == '\n')) {
                throw new BareLineEndException();
            }
            if (octet == '.' && atLineStart) {
                out.write(octets, sent, i - sent);
                out.write('.');
                sent = i;
            }
            afterCr = octet == '\r';
            atLineStart = octet == '\n';
        }
        out.write(octets, sent, end - sent);
        size += length;
    }

    /**
     * Ends the last line when the message does not.
     *
     * @throws BareLineEndException when the message ends in CR
     */
    public void endLine() throws IOException {
        if (afterCr) {
            throw new BareLineEndException();
        }
        if (!atLineStart) {
            out.write('\r');
            out.write('\n');
            size += 2;
        }
    }

    /** Octets sent, without the dots added. */
    public long size() {
        return size;
    }
}
