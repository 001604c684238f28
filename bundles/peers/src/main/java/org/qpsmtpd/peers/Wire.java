package org.qpsmtpd.peers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerAddress;

/** A connection, with the exchange that is on it. Belongs to the event loop. */
final class Wire extends ChannelInboundHandlerAdapter {
    /** Where it leads. */
    final PeerAddress address;

    private @Nullable Channel channel;
    private @Nullable User user;
    private @Nullable Future<?> expiry;
    private @Nullable Runnable gone;
    private String fault = "it closed the connection";

    /** What was answered to the greeting; null where none was sent. */
    @Nullable Object greeting;

    /** Who uses the connection. */
    interface User {
        /** Octets have come. */
        void came(ByteBuffer octets);

        /** Nothing more comes. */
        void ended(String why);
    }

    Wire(PeerAddress address) {
        this.address = address;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    /** The connection; there once it has been laid. */
    Channel channel() {
        Channel laid = channel;
        if (laid == null) {
            throw new IllegalStateException("no connection yet");
        }
        return laid;
    }

    void use(User next) {
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
            gone = null;
        }
        user = next;
    }

    boolean isOpen() {
        return channel().isActive();
    }

    /** Nobody uses it for now; what comes then ends it. */
    void rest(Future<?> newExpiry, Runnable newGone) {
        user = null;
        expiry = newExpiry;
        gone = newGone;
    }

    void close() {
        user = null;
        if (expiry != null) {
            expiry.cancel(false);
        }
        if (gone != null) {
            gone.run();
            gone = null;
        }
        if (channel != null) {
            var unused = channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            User now = user;
            if (now == null) {
                close();
            } else if (octets.isReadable()) {
                now.came(octets.nioBuffer());
            }
        } finally {
            octets.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        User last = user;
        close();
        if (last != null) {
            last.ended(fault);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fault = reason(cause);
        var unused = context.close();
    }

    /** What the system says, without the address. */
    static String reason(Throwable cause) {
        Throwable inner = cause.getCause() == null ? cause : cause.getCause();
        return String.valueOf(inner.getMessage());
    }
}
