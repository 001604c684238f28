package org.qpsmtpd.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Network;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Introduction;

/**
 * Waits for the PROXY header (versions 1 and 2) of a proxy that is trusted, then makes the
 * connection of the client that the header tells of. Nothing is served without one, and nothing is
 * said: what is there is no mail client.
 *
 * <p>Source: the PROXY protocol, as HAProxy documents it, versions 1 and 2.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the channel closes on a failure
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private static final int MAX_EXTENSIONS = 4096;

    private final Premises premises;
    private final String proxy;
    private final Reading reading;
    private final List<ByteBuf> held = new ArrayList<>();
    private @Nullable Client client;
    private boolean over;

    /** Whom a header tells of; the connection is made when all that came with it is there. */
    private record Client(Endpoints ends, Supplier<ConnectionHandler> connection) {}

    @FunctionalInterface
    private interface Reading {
        /**
         * Reads a header, which is released afterwards.
         *
         * @throws IllegalArgumentException saying what is wrong with it
         */
        Client client(HAProxyMessage header);
    }

    private ProxyHeader(Premises premises, String proxy, Reading reading) {
        this.premises = premises;
        this.proxy = proxy;
        this.reading = reading;
    }

    /** Waits for the header on a new channel from a proxy. */
    static void await(Premises premises, Channel channel, Endpoints socket) {
        add(
                premises,
                channel,
                socket.remoteIp(),
                header -> {
                    Endpoints ends = ends(header, socket);
                    return new Client(ends, () -> new ConnectionHandler(premises, channel, ends));
                });
    }

    /** Waits for the header on a new channel from {@code bin/qpsmtpd --attach}. */
    static void awaitAttached(Premises premises, Channel channel) {
        add(
                premises,
                channel,
                "the attach socket",
                header -> {
                    Introduction introduction = AttachedClient.of(header);
                    return new Client(
                            introduction.endpoints(),
                            () -> new ConnectionHandler(premises, channel, introduction));
                });
    }

    private static void add(Premises premises, Channel channel, String proxy, Reading reading) {
        channel.pipeline().addLast(new ProxyHeaderCheck(MAX_EXTENSIONS));
        channel.pipeline().addLast(new HAProxyMessageDecoder(MAX_EXTENSIONS, true));
        channel.pipeline().addLast(new ProxyHeader(premises, proxy, reading));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        premises.register().waitsForHeader(context.channel());
        context.executor()
                .schedule(
                        () -> refuse(context, "it does not come"),
                        premises.headerSeconds(),
                        TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object data) {
        if (data instanceof HAProxyMessage header) {
            try {
                client = reading.client(header);
            } finally {
                header.release();
            }
            // The decoder hands on what came behind the header before it goes.
            context.executor().execute(() -> begin(context));
        } else if (data instanceof ByteBuf octets) {
            hold(octets);
        }
    }

    private void hold(ByteBuf octets) {
        if (over) {
            octets.release();
        } else {
            held.add(octets);
        }
    }

    private static Endpoints ends(HAProxyMessage header, Endpoints socket) {
        boolean own = header.command() == HAProxyCommand.LOCAL;
        if (own) {
            return socket;
        }
        return switch (header.proxiedProtocol()) {
            case TCP4, TCP6 ->
                    socket.behindProxy(
                            Network.parseAddress(header.sourceAddress()),
                            header.sourcePort(),
                            Optional.of(Network.parseAddress(header.destinationAddress())),
                            header.destinationPort());
            case UNKNOWN -> socket;
            case UDP4, UDP6, UNIX_STREAM, UNIX_DGRAM ->
                    throw new IllegalArgumentException(
                            "it is for " + header.proxiedProtocol() + ", not for TCP");
        };
    }

    private void begin(ChannelHandlerContext context) {
        Client told = client;
        if (over || told == null) {
            return;
        }
        over = true;
        Channel channel = context.channel();
        premises.register().hasHeader(channel);
        if (!premises.admits(channel, told.ends())) {
            releaseHeld();
            return;
        }
        ConnectionHandler connection = told.connection().get();
        channel.pipeline().replace(this, null, connection);
        connection.begin();
        // Through the whole pipeline, because the connection may begin with TLS.
        held.forEach(octets -> channel.pipeline().fireChannelRead(octets));
        held.clear();
        channel.pipeline().fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && client == null) {
            refuse(context, "the proxy ended before it");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable inner = cause.getCause() == null ? cause : cause.getCause();
        refuse(context, String.valueOf(inner.getMessage()));
    }

    private void refuse(ChannelHandlerContext context, String why) {
        if (over) {
            return;
        }
        over = true;
        premises.log().headerMissing(proxy, why);
        releaseHeld();
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over = true;
        premises.register().hasHeader(context.channel());
        releaseHeld();
    }

    private void releaseHeld() {
        held.forEach(ByteBuf::release);
        held.clear();
    }
}
