package org.qpsmtpd.core.message;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import org.qpsmtpd.api.session.BodyWriter;

/** Takes a new body for a message while a plugin writes it, within the limits of any message. */
public final class BodySink extends OutputStream {
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = {'\r', '\n'};

    private final StoredBody body;
    private final Limits limits;
    private long lineEnds;
    private int last;
    private boolean closed;

    /**
     * What a new body may be.
     *
     * @param binary whether CR and LF may stand alone
     * @param maxOctets largest message, line ends counted as one octet; 0 for no limit
     * @param inMemory up to how many octets of the message stay in memory
     */
    public record Limits(boolean binary, long maxOctets, int inMemory) {}

    private BodySink(StoredBody body, Limits limits) {
        this.body = body;
        this.limits = limits;
    }

    /**
     * Makes a message of the header of another one and a new body.
     *
     * @param spool where its file is made when one is needed
     */
    public static StoredBody replace(
            StoredBody former, Spool spool, Limits limits, BodyWriter writer) throws IOException {
        StoredBody made = new StoredBody(spool);
        boolean complete = false;
        try {
            BodySink sink = new BodySink(made, limits);
            sink.header(former.headerArray(), former.headerLength());
            writer.writeTo(sink);
            sink.finish();
            complete = true;
            return made;
        } finally {
            if (!complete) {
                made.discard();
            }
        }
    }

    private void header(byte[] octets, int length) {
        put(octets, 0, length);
        for (int i = 0; i < length; i++) {
            lineEnds += octets[i] == '\n' ? 1 : 0;
        }
        put(LINE_END, 0, LINE_END.length);
        lineEnds++;
        body.setHeaderEnd(length);
        last = '\n';
    }

    private void put(byte[] octets, int from, int length) {
        System.arraycopy(octets, from, body.room(length), body.end(), length);
        body.setEnd(body.end() + length);
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        int at = from;
        while (at < from + length) {
            int part = Math.min(Pieces.PIECE, from + length - at);
            take(octets, at, part);
            at += part;
        }
    }

    private void take(byte[] octets, int from, int length) throws IOException {
        if (closed) {
            throw new IOException("the new body is complete already");
        }
        for (int i = from; i < from + length; i++) {
            look(octets[i]);
        }
        long size = body.size() + length - lineEnds;
        if (limits.maxOctets() > 0 && size > limits.maxOctets()) {
            throw new IOException(
                    "with its new body the message is larger than databytes allows, "
                            + limits.maxOctets()
                            + " octets");
        }
        put(octets, from, length);
        if (body.inArray() >= Pieces.PIECE) {
            if (body.size() > limits.inMemory()) {
                spool(Pieces.ofThisJvm().take());
            } else {
                body.shelve(Pieces.ofThisJvm().take());
            }
        }
    }

    private void look(byte octet) throws IOException {
        if (octet == '\n') {
            lineEnds++;
        }
        if (!limits.binary() && (last == '\r') != (octet == '\n')) {
            throw bareLineEnd();
        }
        last = octet;
    }

    private static IOException bareLineEnd() {
        return new IOException("a CR or LF stands alone in the new body");
    }

    private void spool(byte[] next) throws IOException {
        List<Piece> pieces = body.takePieces(next);
        body.write(pieces);
        body.giveBack(pieces);
    }

    private void finish() throws IOException {
        if (!limits.binary() && last == '\r') {
            throw bareLineEnd();
        }
        closed = true;
        if (!body.isSpooled() && body.size() > limits.inMemory()) {
            spool(NOTHING);
        }
    }
}
