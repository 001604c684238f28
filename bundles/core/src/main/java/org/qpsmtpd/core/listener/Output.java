package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.session.Reply;

/** The replies of a connection: all that are ready at once in one write, and who takes them. */
@SuppressWarnings(
        "FutureReturnValueIgnored") // a failed write closes the channel, which is an event
final class Output {
    private static final int FIRST_OUTPUT = 256;
    private static final int MAX_OUTPUT = 4 * 1024;

    /** How long a client may leave its replies lie. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Channel channel;
    private @Nullable ByteBuf output;
    private long pendingBefore;
    private long takingSince;
    private boolean wrote;

    Output(Channel channel) {
        this.channel = channel;
    }

    /** From here on the client's time counts. */
    void begin() {
        takingSince = System.nanoTime();
    }

    /** Adds a reply to those that are ready. */
    void add(Reply reply, boolean utf8) {
        ByteBuf out = output;
        if (out == null) {
            out = channel.alloc().directBuffer(FIRST_OUTPUT);
            output = out;
        }
        reply.writeTo(out, utf8);
    }

    void flush() {
        ByteBuf out = output;
        if (out != null) {
            output = null;
            wrote = true;
            channel.writeAndFlush(out, channel.voidPromise());
        }
    }

    /** So that a client that does not read its replies is noticed while it still sends. */
    void flushWhenLarge() {
        ByteBuf out = output;
        if (out != null && out.readableBytes() > MAX_OUTPUT) {
            flush();
        }
    }

    /** Octets of memory that replies take. */
    long held() {
        ByteBuf out = output;
        return (out == null ? 0 : out.capacity()) + pendingOctets();
    }

    /** Octets of replies that the system has not taken. */
    private long pendingOctets() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /**
     * Whether the client has let its replies lie for too long: nothing of them was taken, or not
     * enough for us to go on.
     */
    boolean isStalled(long now) {
        long pending = pendingOctets();
        boolean moves = pending == 0 || pending < pendingBefore || wrote;
        if (pending == 0 || (moves && channel.isWritable())) {
            takingSince = now;
        }
        pendingBefore = pending;
        wrote = false;
        return now - takingSince >= STALL_NANOS;
    }

    void release() {
        ByteBuf out = output;
        output = null;
        if (out != null) {
            out.release();
        }
    }
}
