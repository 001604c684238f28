package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.TlsInfo;

/**
 * TLS between the socket and the connection. The engine gets the first message of a client as a
 * whole, and knows then from its parameters which server the client asks for: {@code
 * SSLParameters.getServerNames}. A client that wants to negotiate anew is cut off, and so is one
 * that keeps TLS busy and says nothing: a record without data may cost an answer, as the change of
 * a key does. What a client sends is not read while it does not take what it is sent, or while a
 * step of the handshake waits.
 */
final class Encryption extends SslHandler {
    /** Type of a record that carries a handshake in clear, RFC 8446 section 5.1. */
    private static final int HANDSHAKE = 22;

    private static final int MOST_SECONDS = 30;

    /** A handshake takes less than ten, and changing a key one. */
    private static final int MOST_IDLE_RECORDS = 32;

    /** No record is larger, so that one behind it waits too. */
    private static final int MOST_WAITING = 32 * 1024;

    private boolean nameKnown;
    private int idleRecords;
    private boolean delivered;
    private @Nullable SSLException refusal;

    /**
     * @param tasks where the costly steps of the handshake run
     * @param seconds most time for the handshake
     */
    Encryption(SSLEngine engine, Executor tasks, int seconds) {
        super(engine, tasks);
        setHandshakeTimeout(Math.min(seconds, MOST_SECONDS), TimeUnit.SECONDS);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        context.pipeline().addBefore(context.name(), null, new Intake());
        super.handlerAdded(context);
    }

    /** A client that has ended cannot end the handshake. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        super.userEventTriggered(context, event);
        if (event == ChannelInputShutdownEvent.INSTANCE && !handshakeFuture().isDone()) {
            var unused = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws SSLException {
        if (refusal != null) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!nameKnown && !readName(in)) {
            return;
        }
        boolean record = in.isReadable() && in.getUnsignedByte(in.readerIndex()) == HANDSHAKE;
        if (record && handshakeFuture().isSuccess()) {
            throw refuse(in, "the client wants to negotiate TLS anew");
        }
        int before = in.readableBytes();
        delivered = false;
        super.decode(context, in, out);
        if (in.readableBytes() < before) {
            idleRecords = delivered ? 0 : idleRecords + 1;
        }
        if (idleRecords > MOST_IDLE_RECORDS) {
            throw refuse(in, MOST_IDLE_RECORDS + " TLS records in a row had no data");
        }
    }

    /** False while more of the first message must come. */
    private boolean readName(ByteBuf in) {
        ClientHello.Name name = ClientHello.read(in);
        if (name == null && in.readableBytes() <= MOST_WAITING) {
            return false;
        }
        nameKnown = true;
        if (name != null && name.getEncoded().length > 0) {
            SSLParameters parameters = engine().getSSLParameters();
            parameters.setServerNames(List.of(name));
            engine().setSSLParameters(parameters);
        }
        return true;
    }

    private SSLException refuse(ByteBuf in, String why) {
        in.skipBytes(in.readableBytes());
        SSLException fault = new SSLException(why);
        refusal = fault;
        return fault;
    }

    /** To be told when data of the client has come out. */
    void delivered() {
        delivered = true;
    }

    /** What really made the handshake fail. */
    Throwable cause(Throwable failure) {
        SSLException own = refusal;
        return own == null ? failure : own;
    }

    /** What was agreed. */
    TlsInfo agreed() {
        SSLSession session = engine().getSession();
        return new TlsInfo(session.getProtocol(), session.getCipherSuite());
    }

    /** Whether an event says that the client sends nothing more. */
    static boolean isEnd(Object event) {
        return event instanceof SslCloseCompletionEvent;
    }

    /**
     * Holds back the reading of the socket. It stands before TLS because that asks for more by
     * itself as long as no data comes out, whatever the connection behind it wants.
     */
    private final class Intake extends ChannelDuplexHandler {
        private boolean owed;

        private boolean isHeld(Channel channel) {
            return refusal != null || isBehind(channel) || actualReadableBytes() > MOST_WAITING;
        }

        /** A channel whose output has ended is not writable either, but nothing waits there. */
        private static boolean isBehind(Channel channel) {
            boolean ended = channel instanceof DuplexChannel duplex && duplex.isOutputShutdown();
            return !ended && !channel.isWritable();
        }

        @Override
        public void read(ChannelHandlerContext context) {
            owed = isHeld(context.channel());
            if (!owed) {
                context.read();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object data) {
            context.fireChannelRead(data);
            holdIfNeeded(context.channel());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            holdIfNeeded(context.channel());
            if (owed) {
                read(context);
            }
            context.fireChannelWritabilityChanged();
        }

        /** What is being read at this moment stops at this only. */
        private void holdIfNeeded(Channel channel) {
            if (isHeld(channel) && channel.config().isAutoRead()) {
                channel.config().setAutoRead(false);
                owed = true;
            }
        }
    }
}
