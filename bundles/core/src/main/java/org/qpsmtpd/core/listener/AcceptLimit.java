package org.qpsmtpd.core.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.core.budget.Descriptors;
import org.qpsmtpd.core.session.Engine;

/**
 * How many connections there are, and whether the listening sockets may accept more: not beyond
 * {@code --limit-connections}, while too many requests wait for a child, while no memory or
 * descriptor is left, or while an administrator says so.
 */
final class AcceptLimit {
    private final Engine engine;
    private final int limitConnections;
    private final int waiting;
    private final Descriptors descriptors = Descriptors.ofThisProcess();
    private final List<Channel> servers = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean closing;
    private volatile boolean paused;

    AcceptLimit(Engine engine, ListenerOptions options) {
        this.engine = engine;
        limitConnections = options.limitConnections();
        waiting = options.waiting();
    }

    /** Takes in a listening socket. */
    void add(Channel server) {
        servers.add(server);
        adjust(server);
    }

    /** What each listening socket needs in its pipeline. */
    ChannelHandler counter() {
        return new Counter();
    }

    /** Counts a connection that somebody else accepted. */
    void count(Channel channel) {
        open.incrementAndGet();
        descriptors.connection(1);
        var unused = channel.closeFuture().addListener(closed -> uncount());
    }

    private void uncount() {
        open.decrementAndGet();
        descriptors.connection(-1);
        acceptAgain();
    }

    /** How many connections are open. */
    int connections() {
        return open.get();
    }

    /** The addresses that connections are accepted on. */
    List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Channel server : servers) {
            SocketAddress address = server.localAddress();
            if (address instanceof InetSocketAddress internet) {
                addresses.add(internet);
            }
        }
        return addresses;
    }

    private boolean isFull(int connections) {
        boolean atLimit = limitConnections > 0 && connections >= limitConnections;
        return atLimit
                || engine.waitingRequests() > waiting
                || engine.budget().isSpent()
                || !descriptors.haveRoom();
    }

    /** Looks whether there is room again. */
    void acceptAgain() {
        for (Channel server : servers) {
            if (!server.config().isAutoRead() && isAccepting()) {
                adjust(server);
            }
        }
    }

    private boolean isAccepting() {
        return !paused && !isFull(open.get());
    }

    /**
     * Accepts or not, as the limits say at this moment; on the socket's own thread, so that no
     * order is lost. Who makes room looks whether a socket accepts, so once it does not, it is
     * looked again whether there is room: who made it before has not seen that.
     */
    private void adjust(Channel server) {
        EventLoop loop = server.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> adjust(server));
            return;
        }
        if (closing) {
            return;
        }
        boolean accepting = isAccepting();
        if (server.config().isAutoRead() != accepting) {
            server.config().setAutoRead(accepting);
        }
        if (!accepting && isAccepting()) {
            server.config().setAutoRead(true);
        }
    }

    /** Has taken effect on return, unless a socket's thread is held up. */
    void setPaused(boolean pause) {
        paused = pause;
        List<Future<?>> adjusted = new ArrayList<>();
        servers.forEach(server -> adjusted.add(server.eventLoop().submit(() -> adjust(server))));
        adjusted.forEach(future -> future.awaitUninterruptibly(1, TimeUnit.SECONDS));
    }

    boolean isPaused() {
        return paused;
    }

    /** Closes the listening sockets. */
    void close() {
        closing = true;
        servers.forEach(server -> server.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
    }

    /** Counts each connection where it is accepted, so that the limit is kept to the last one. */
    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // the listener is what is wanted
    private final class Counter extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            descriptors.connection(1);
            if (isFull(open.incrementAndGet())) {
                adjust(context.channel());
                servers.forEach(AcceptLimit.this::adjust);
            }
            ((Channel) accepted).closeFuture().addListener(closed -> uncount());
            context.fireChannelRead(accepted);
        }
    }
}
