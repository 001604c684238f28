package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.qpsmtpd.api.connection.TlsInfo;

/** TLS between the socket and the connection. A client that wants to negotiate anew is cut off. */
final class Encryption extends SslHandler {
    /** Type of a record that carries a handshake in clear, RFC 8446 section 5.1. */
    private static final int HANDSHAKE = 22;

    private static final int MOST_SECONDS = 30;

    /**
     * @param tasks where the costly steps of the handshake run
     * @param seconds most time for the handshake
     */
    Encryption(SSLEngine engine, Executor tasks, int seconds) {
        super(engine, tasks);
        setHandshakeTimeout(Math.min(seconds, MOST_SECONDS), TimeUnit.SECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws SSLException {
        boolean record = in.isReadable() && in.getUnsignedByte(in.readerIndex()) == HANDSHAKE;
        if (record && handshakeFuture().isSuccess()) {
            in.skipBytes(in.readableBytes());
            throw new SSLException("the client wants to negotiate TLS anew");
        }
        super.decode(context, in, out);
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
}
