package org.qpsmtpd.plugin.rcptcallout;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a next hop, on which each command waits for the reply to the one before. Belongs
 * to its event loop: all calls are made there. Whatever comes unasked ends it, since no later reply
 * could be told from it.
 */
final class Link {
    private final ReplyReader reader = new ReplyReader();
    private final CompletableFuture<HopFault> ended = new CompletableFuture<>();
    private final EventLoop loop;
    private @Nullable Channel channel;
    private @Nullable CompletableFuture<HopReply> expected;
    private @Nullable CompletableFuture<Link> handshake;
    private @Nullable Future<?> timer;

    private Link(EventLoop loop) {
        this.loop = loop;
    }

    /** Begins to connect; {@link #greeting} is the first reply. */
    static Link to(EventLoop loop, InetSocketAddress address) {
        Link link = new Link(loop);
        link.expected = new CompletableFuture<>();
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .handler(link.new Replies());
        link.channel =
                bootstrap
                        .connect(address)
                        .addListener(
                                result -> {
                                    if (!result.isSuccess()) {
                                        link.close(HopFault.Kind.DOWN, reason(result.cause()));
                                    }
                                })
                        .channel();
        return link;
    }

    private static String reason(Throwable cause) {
        Throwable inner = cause.getCause();
        String text = (inner == null ? cause : inner).getMessage();
        return text == null ? cause.getClass().getSimpleName() : text;
    }

    /** The reply that comes first; fails when nobody can be connected to. */
    CompletableFuture<HopReply> greeting() {
        CompletableFuture<HopReply> greeting = expected;
        return greeting == null ? failed() : greeting;
    }

    /** Completes when the connection is no more. */
    CompletableFuture<HopFault> ended() {
        return ended;
    }

    /** Our address on this connection. */
    InetAddress localAddress() {
        return channel != null && channel.localAddress() instanceof InetSocketAddress local
                ? local.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    /**
     * Sends a command; fails with a {@link HopFault} when there is no reply.
     *
     * @param line without line end
     * @throws IllegalArgumentException when it is more than one line
     */
    CompletableFuture<HopReply> command(String line) {
        if (line.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw new IllegalArgumentException("control character in a command");
        }
        if (ended.isDone()) {
            return failed();
        }
        if (reader.isWithin()) {
            close(HopFault.Kind.DOWN, "it answers before it is asked");
            return failed();
        }
        CompletableFuture<HopReply> reply = new CompletableFuture<>();
        expected = reply;
        send(line);
        return reply;
    }

    private void send(String line) {
        Channel open = channel;
        if (open != null) {
            ByteBuf out = ByteBufUtil.writeUtf8(open.alloc(), line + "\r\n");
            var unused = open.writeAndFlush(out, open.voidPromise());
        }
    }

    private <T> CompletableFuture<T> failed() {
        return CompletableFuture.failedFuture(
                ended.getNow(new HopFault(HopFault.Kind.GONE, "it is not connected")));
    }

    /** Puts TLS on the connection; fails with a {@link HopFault} of that kind. */
    CompletableFuture<Link> startTls(SslContext context, HopAddress hop) {
        Channel open = channel;
        if (open == null || ended.isDone()) {
            return failed();
        }
        CompletableFuture<Link> done = new CompletableFuture<>();
        handshake = done;
        SslHandler handler = context.newHandler(open.alloc(), hop.host(), hop.port());
        // The question that waits for it has a limit of its own.
        handler.setHandshakeTimeoutMillis(0);
        open.pipeline().addFirst(handler);
        handler.handshakeFuture()
                .addListener(
                        result -> {
                            handshake = null;
                            if (result.isSuccess()) {
                                done.complete(this);
                            } else {
                                String why = "TLS failed: " + reason(result.cause());
                                close(HopFault.Kind.TLS, why);
                                done.completeExceptionally(new HopFault(HopFault.Kind.TLS, why));
                            }
                        });
        return done;
    }

    /** Closes the connection after that time, unless another time is set before. */
    void closeAfter(long nanos, HopFault.Kind kind, String reason) {
        after(nanos, () -> close(kind, reason));
    }

    /** Does something with the connection after that time, in place of what was to be done. */
    void after(long nanos, Runnable what) {
        Future<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        timer = loop.schedule(what, nanos, TimeUnit.NANOSECONDS);
    }

    /** Says QUIT without waiting for the answer, and closes. */
    void quit() {
        Channel open = channel;
        if (open != null && !ended.isDone()) {
            end(new HopFault(HopFault.Kind.GONE, "the connection was closed"));
            ByteBuf out = ByteBufUtil.writeAscii(open.alloc(), "QUIT\r\n");
            var unused = open.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes at once. */
    void close(HopFault.Kind kind, String reason) {
        end(new HopFault(kind, reason));
        Channel open = channel;
        if (open != null) {
            var unused = open.close();
        }
    }

    private void end(HopFault fault) {
        Future<?> set = timer;
        if (set != null) {
            set.cancel(false);
        }
        if (!ended.complete(fault)) {
            return;
        }
        CompletableFuture<HopReply> reply = expected;
        CompletableFuture<Link> secured = handshake;
        expected = null;
        handshake = null;
        if (reply != null) {
            reply.completeExceptionally(fault);
        }
        if (secured != null) {
            secured.completeExceptionally(new HopFault(HopFault.Kind.TLS, fault.reason()));
        }
    }

    private void taken(HopReply reply, boolean hasMore) {
        CompletableFuture<HopReply> waiting = expected;
        expected = null;
        if (reply.code() == 421) {
            HopFault fault =
                    new HopFault(HopFault.Kind.GONE, "it closes the connection: " + reply.shown());
            fail(waiting, fault);
        } else if (waiting == null || hasMore) {
            fail(waiting, new HopFault(HopFault.Kind.DOWN, "it answers before it is asked"));
        } else {
            waiting.complete(reply);
        }
    }

    private void fail(@Nullable CompletableFuture<HopReply> waiting, HopFault fault) {
        close(fault.kind(), fault.reason());
        if (waiting != null) {
            waiting.completeExceptionally(fault);
        }
    }

    /** What the connection tells. */
    private final class Replies extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf in) {
            while (in.isReadable() && !ended.isDone()) {
                Optional<HopReply> reply = reader.read(in);
                if (reply.isPresent()) {
                    taken(reply.get(), in.isReadable());
                } else if (expected == null) {
                    close(HopFault.Kind.DOWN, "it answers before it is asked");
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(new HopFault(HopFault.Kind.GONE, "it closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof HopFault fault) {
                close(fault.kind(), fault.reason());
            } else if (handshake == null) {
                close(HopFault.Kind.GONE, reason(cause));
            }
        }
    }
}
