package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.session.MessageInput;
import org.qpsmtpd.core.session.Session;

/** Cuts what the client sends into lines, messages and chunks for the session. */
final class Framing {
    /**
     * Longest command line, its line end included; RFC 5321 4.5.3.1.4 asks for 512 and extensions
     * for more.
     */
    private static final int MAX_LINE = 4096;

    /** Longest line of an authentication, its line end included; RFC 4954 section 4. */
    private static final int MAX_AUTH_LINE = 12_288;

    private static final byte[] AUTH = {'A', 'U', 'T', 'H', ' '};
    private static final int MAX_READ_AHEAD = 8 * 1024;
    private static final int MAX_STEP = 64 * 1024;

    private final Session session;
    private final Channel channel;
    private @Nullable ByteBuf input;
    private @Nullable MessageInput message;
    private long chunkLeft = -1;
    private boolean skippingLine;

    Framing(Session session, Channel channel) {
        this.session = session;
        this.channel = channel;
    }

    /** Takes what was read, to release it. */
    void add(ByteBuf octets) {
        ByteBuf before = input;
        input = before == null ? octets : joined(before, octets);
    }

    private ByteBuf joined(ByteBuf first, ByteBuf second) {
        int length = first.readableBytes() + second.readableBytes();
        boolean fits = first.writableBytes() >= second.readableBytes();
        ByteBuf both = fits ? first : channel.alloc().buffer(length).writeBytes(first);
        both.writeBytes(second);
        second.release();
        if (!fits) {
            first.release();
        }
        return both;
    }

    /** The following input is a message ended by a dot. */
    void beginData(MessageInput newMessage) {
        message = newMessage;
        chunkLeft = -1;
    }

    /**
     * The following input is a chunk of a message.
     *
     * @param octets how many
     */
    void beginChunk(MessageInput newMessage, long octets) {
        message = newMessage;
        chunkLeft = octets;
    }

    /** Ends a chunk without octets. */
    void endEmptyChunk() {
        MessageInput into = message;
        if (into != null && chunkLeft == 0) {
            endChunk(into);
        }
    }

    /** Hands on the next line, or the next part of a message; false when more must come first. */
    boolean step() {
        ByteBuf in = input;
        if (in == null || !in.isReadable()) {
            return false;
        }
        MessageInput into = message;
        if (into == null) {
            return stepLine(in);
        }
        return chunkLeft < 0 ? stepData(in, into) : stepChunk(in, into);
    }

    private boolean stepData(ByteBuf in, MessageInput into) {
        if (into.isFull()) {
            return false;
        }
        int count = Math.min(in.readableBytes(), MAX_STEP);
        int used = feed(in, into, count);
        in.readerIndex(in.readerIndex() - (count - used));
        if (into.isOver()) {
            message = null;
        }
        into.advance();
        return true;
    }

    private boolean stepChunk(ByteBuf in, MessageInput into) {
        if (into.isFull()) {
            return false;
        }
        int count = (int) Math.min(Math.min(in.readableBytes(), MAX_STEP), chunkLeft);
        feed(in, into, count);
        chunkLeft -= count;
        into.advance();
        if (chunkLeft == 0) {
            endChunk(into);
        }
        return true;
    }

    private static int feed(ByteBuf in, MessageInput into, int count) {
        byte[] room = into.room(count);
        in.readBytes(room, into.position(), count);
        return into.accept(count);
    }

    private void endChunk(MessageInput into) {
        message = null;
        chunkLeft = -1;
        into.chunkDone();
    }

    private boolean stepLine(ByteBuf in) {
        int start = in.readerIndex();
        int end = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if (end < 0) {
            return waitForLine(in);
        }
        in.readerIndex(end + 1);
        if (end == start || in.getByte(end - 1) != '\r') {
            session.brokenFraming();
        } else if (skippingLine || end + 1 - start > longest(in, start)) {
            skippingLine = false;
            session.lineTooLong();
        } else {
            session.line(text(in, start, end - 1 - start));
        }
        return true;
    }

    /** Throws an over-long line away as it comes, but for its last octet, which may be a CR. */
    private boolean waitForLine(ByteBuf in) {
        if (in.readableBytes() > longest(in, in.readerIndex())) {
            skippingLine = true;
            in.readerIndex(in.writerIndex() - 1);
        }
        return false;
    }

    private int longest(ByteBuf in, int start) {
        return session.isAuthenticating() || isAuth(in, start) ? MAX_AUTH_LINE : MAX_LINE;
    }

    private static boolean isAuth(ByteBuf in, int start) {
        int i = 0;
        while (i < AUTH.length
                && start + i < in.writerIndex()
                && Character.toUpperCase((char) in.getByte(start + i)) == AUTH[i]) {
            i++;
        }
        return i == AUTH.length;
    }

    private static String text(ByteBuf in, int start, int length) {
        boolean ascii = in.forEachByte(start, length, octet -> octet >= 0) < 0;
        Charset charset = ascii ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        return in.toString(start, length, charset);
    }

    /** Whether input is there that was not handed on. */
    boolean hasInput() {
        ByteBuf in = input;
        return in != null && in.isReadable();
    }

    /** Whether so much was read ahead that no more should be. */
    boolean hasEnough() {
        ByteBuf in = input;
        return in != null
                && in.readableBytes() >= MAX_READ_AHEAD
                && (message != null || in.readableBytes() > longest(in, in.readerIndex()));
    }

    /** Whether the following input belongs to a message. */
    boolean isInMessage() {
        return message != null;
    }

    /** Whether the message can take nothing more at this moment. */
    boolean isFull() {
        MessageInput into = message;
        return into != null && into.isFull();
    }

    /** Octets of memory that input takes. */
    int held() {
        ByteBuf in = input;
        return in == null ? 0 : in.capacity();
    }

    /** Gives away what was not handed on; null when there is nothing. */
    @Nullable ByteBuf takeInput() {
        ByteBuf early = input;
        if (early == null || !early.isReadable()) {
            return null;
        }
        input = null;
        return early;
    }

    /** Throws away what was not handed on, and the message that waited for it. */
    void end() {
        message = null;
        ByteBuf in = input;
        if (in != null) {
            in.skipBytes(in.readableBytes());
        }
    }

    /** Lets go of a buffer that was handed on to its last octet. */
    void releaseSpent() {
        ByteBuf in = input;
        if (in != null && !in.isReadable()) {
            input = null;
            in.release();
        }
    }

    void release() {
        ByteBuf in = input;
        input = null;
        if (in != null) {
            in.release();
        }
    }
}
