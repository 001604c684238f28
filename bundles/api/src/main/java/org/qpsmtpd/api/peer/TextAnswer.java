package org.qpsmtpd.api.peer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Optional;

/** Reads an answer that is a text, up to an octet that ends it or to the end of the connection. */
public final class TextAnswer implements AnswerReader<String> {
    private static final int NONE = -1;

    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final int last;
    private final int most;
    private final Charset charset;

    private TextAnswer(int last, int most, Charset charset) {
        this.last = last;
        this.most = most;
        this.charset = charset;
    }

    /**
     * A text up to the end of the connection.
     *
     * @param most octets that it may have
     */
    public static TextAnswer toTheEnd(int most, Charset charset) {
        return new TextAnswer(NONE, most, charset);
    }

    /**
     * A text up to an octet, or to the end of the connection.
     *
     * @param last the octet, which is no part of the text
     * @param most octets that it may have
     */
    public static TextAnswer upTo(byte last, int most, Charset charset) {
        return new TextAnswer(last & 0xFF, most, charset);
    }

    @Override
    public Optional<String> read(ByteBuffer octets) {
        while (octets.hasRemaining()) {
            int octet = octets.get() & 0xFF;
            if (octet == last) {
                return Optional.of(text());
            }
            if (read.size() == most) {
                throw new PeerFailure(
                        PeerFailure.Kind.FAULT, "the answer is longer than " + most + " octets");
            }
            read.write(octet);
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> end() {
        return read.size() == 0 ? Optional.empty() : Optional.of(text());
    }

    private String text() {
        return read.toString(charset);
    }
}
