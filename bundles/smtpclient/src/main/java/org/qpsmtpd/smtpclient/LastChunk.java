package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.OutputStream;

/** Sends the octets of a message from a position on, as they are. */
final class LastChunk extends OutputStream {
    private static final byte[] LINE_END = {'\r', '\n'};

    private final HopConnection connection;
    private final OutputStream out;
    private final long size;
    private long toSkip;
    private long position;
    private boolean atLineStart = true;

    /**
     * @param from how many octets were sent before
     * @param size of the whole message, with the end of its last line
     */
    LastChunk(HopConnection connection, long from, long size) {
        this.connection = connection;
        this.out = connection.data();
        this.toSkip = from;
        this.size = size;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        int skipped = (int) Math.min(toSkip, length);
        toSkip -= skipped;
        position += length;
        if (position > size) {
            throw changed();
        }
        if (position == size) {
            connection.setEndSent();
        }
        if (length > 0) {
            atLineStart = octets[from + length - 1] == '\n';
        }
        out.write(octets, from + skipped, length - skipped);
    }

    /** Ends the last line when the message does not. */
    void finish() throws IOException {
        if (!atLineStart) {
            write(LINE_END, 0, LINE_END.length);
        }
        if (position != size) {
            throw changed();
        }
    }

    private static IOException changed() {
        return new IOException("the message changed while it was sent");
    }
}
