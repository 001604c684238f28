package org.qpsmtpd.plugin.queue.postfixqueue;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Makes records of a message: one of type N for each line, after pieces of type L when it is long.
 * Lines end where CRLF is, which is left out.
 */
final class RecordLines extends OutputStream {
    private static final int PIECE = 1024;

    private final Records records;
    private final byte[] line = new byte[PIECE];
    private int length;
    private boolean atLineStart = true;
    private boolean afterCr;

    RecordLines(Records records) {
        this.records = records;
    }

    /**
     * {@inheritDoc}
     *
     * @throws BareLineEndException for a CR or LF alone, which the next server could take for a
     *     line end
     */
    @Override
    public void write(int octet) throws IOException {
        if (afterCr != (octet == '\n')) {
            throw new BareLineEndException();
        }
        afterCr = octet == '\r';
        if (octet == '\n') {
            endLine();
        } else if (!afterCr) {
            add(octet);
        }
    }

    @Override
    public void write(byte[] octets, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) {
            write(octets[i]);
        }
    }

    /** Ends the last line when the message does not. */
    void finish() throws IOException {
        if (afterCr) {
            throw new BareLineEndException();
        }
        if (!atLineStart) {
            endLine();
        }
    }

    private void add(int octet) throws IOException {
        if (length == PIECE) {
            records.put('L', line, length);
            length = 0;
        }
        line[length++] = (byte) octet;
        atLineStart = false;
    }

    private void endLine() throws IOException {
        records.put('N', line, length);
        length = 0;
        atLineStart = true;
    }
}
