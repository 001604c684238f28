package org.qpsmtpd.peers;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.qpsmtpd.api.peer.PeerFailure;

/** TLS on a connection; the certificate must have the name of the host. */
final class Encryption {
    private Encryption() {}

    /**
     * Begins the handshake. Called on the event loop.
     *
     * @return completes there
     */
    static Future<Channel> begin(
            Wire wire, SSLContext context, Workshop workshop, long limitNanos) {
        SSLEngine engine = context.createSSLEngine(wire.address.host(), wire.address.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        SslHandler handler = new SslHandler(engine, workshop.handshakes());
        handler.setHandshakeTimeoutMillis(Math.max(1, TimeUnit.NANOSECONDS.toMillis(limitNanos)));
        wire.channel().pipeline().addFirst(handler);
        return handler.handshakeFuture();
    }

    /** Why there was none. */
    static PeerFailure failure(Throwable cause) {
        String why =
                cause instanceof ClosedChannelException
                        ? "it closed the connection"
                        : Wire.reason(cause);
        return new PeerFailure(PeerFailure.Kind.FAULT, "TLS cannot begin: " + why);
    }
}
