package org.qpsmtpd.api.filter;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** Writes each line end, be it CRLF, CR or LF, as CRLF. */
final class LineEnds extends FilterOutputStream {
    private static final byte[] END = {'\r', '\n'};

    private boolean isAfterCr;
    private boolean isInLine;

    LineEnds(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        int end = from + length;
        int start = from;
        for (int i = from; i < end; i++) {
            byte octet = octets[i];
            if (octet == '\n' && isAfterCr) {
                start = i + 1;
            } else if (octet == '\r' || octet == '\n') {
                out.write(octets, start, i - start);
                out.write(END);
                start = i + 1;
            }
            isAfterCr = octet == '\r';
            isInLine = octet != '\r' && octet != '\n';
        }
        out.write(octets, start, end - start);
    }

    /** Ends the last line where it has no end. */
    void endLine() throws IOException {
        if (isInLine) {
            out.write(END);
        }
    }
}
