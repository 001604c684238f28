package org.qpsmtpd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;

/** Reads an answer of HTTP 1, of which the content is kept. */
public final class HttpReader implements AnswerReader<HttpAnswer> {
    /** On the heap and not pooled, since nobody says when an answer is given up. */
    private static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);

    private final int most;
    private final Decoder decoder = new Decoder();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private int status;
    private long came;
    private boolean isInterim;
    private boolean isWhole;
    private boolean isLast;

    /** Netty's, which also tells whether something is left behind an answer. */
    private static final class Decoder extends HttpResponseDecoder {
        boolean hasMore() {
            return actualReadableBytes() > 0;
        }
    }

    /**
     * @param most octets that it may have with its header
     */
    /**
     * Reads answers; one of another status, one that is no HTTP and one that is too long are
     * failures. A redirection is not followed.
     *
     * @param most octets that one may have with its header; they are kept in memory
     */
    public static Supplier<AnswerReader<HttpAnswer>> upTo(int most) {
        return () -> new HttpReader(most);
    }

    HttpReader(int most) {
        this.most = most;
        channel.config().setAllocator(HEAP);
        channel.pipeline().addLast(decoder);
    }

    @Override
    public Optional<HttpAnswer> read(ByteBuffer octets) {
        came += octets.remaining();
        if (came > most) {
            throw fault("its answer is longer than " + most + " octets");
        }
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        channel.writeInbound(Unpooled.wrappedBuffer(copy));
        return whole();
    }

    @Override
    public Optional<HttpAnswer> end() {
        var unused = channel.finish();
        return whole();
    }

    @Override
    public boolean isLast() {
        return isLast || decoder.hasMore();
    }

    private Optional<HttpAnswer> whole() {
        for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
            take(part);
        }
        return isWhole
                ? Optional.of(new HttpAnswer(status, content.toString(StandardCharsets.UTF_8)))
                : Optional.empty();
    }

    private void take(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            throw fault("its answer is no HTTP: " + part.decoderResult().cause().getMessage());
        }
        if (isWhole) {
            isLast = true;
            return;
        }
        if (part instanceof HttpResponse response) {
            begin(response);
        }
        if (part instanceof HttpContent piece && !isInterim) {
            keep(piece.content());
            isWhole = part instanceof LastHttpContent;
        }
    }

    private void begin(HttpResponse response) {
        status = response.status().code();
        isInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        isLast = !HttpUtil.isKeepAlive(response);
        if (!isInterim && !isGood(response.status())) {
            throw fault("it answers " + response.status());
        }
    }

    private static boolean isGood(HttpResponseStatus status) {
        return status.code() == HttpAnswer.OK || status.code() == HttpAnswer.NO_CONTENT;
    }

    private void keep(ByteBuf piece) {
        try {
            piece.readBytes(content, piece.readableBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory takes all
        }
    }

    private static PeerFailure fault(String why) {
        return new PeerFailure(PeerFailure.Kind.FAULT, why);
    }
}
