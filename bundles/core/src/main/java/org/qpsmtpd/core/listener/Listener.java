package org.qpsmtpd.core.listener;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.message.Pieces;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Engine;
import org.qpsmtpd.core.session.Introduction;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.core.worker.Overrun;

/**
 * Accepts connections on listening sockets that are already bound, up to {@code
 * --limit-connections}; beyond that, while too many requests wait for a child, and while no memory
 * or descriptor is left, nothing is accepted and the backlog holds the rest.
 */
public final class Listener implements AutoCloseable {
    private static final long MIB = 1024 * 1024;
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(4 * 1024, 8 * 1024);

    private final Engine engine;
    private final ListenerOptions options;
    private final Premises premises;
    private final Register register;
    private final AcceptLimit limit;
    private final Transport transport;
    private boolean spent;

    /** A listener that accepts nothing yet. */
    public Listener(Engine engine, ListenerOptions options) {
        this(engine, options, (who, loop, millis) -> {});
    }

    /**
     * A listener that accepts nothing yet.
     *
     * @param overrun is told when a plugin holds up a connection's thread
     */
    public Listener(Engine engine, ListenerOptions options, Overrun overrun) {
        this.engine = engine;
        this.options = options;
        premises = new Premises(engine, options, overrun);
        register = premises.register();
        limit = new AcceptLimit(engine, options);
        transport = Transport.best(options.prefix(), options.loops(), new Loops());
        var unused =
                transport.acceptor().scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        try {
            tellSpent();
            engine.budget().tick();
            Pieces.ofThisJvm().tidy();
            limit.acceptAgain();
            engine.relieveChildren();
        } catch (Throwable failure) { // else there would be no further tick
            premises.log().failed("", failure);
        }
    }

    private final class Loops implements Transport.Loops {
        @Override
        public boolean isStuck(EventExecutor loop) {
            return register.isStuck(loop);
        }

        @Override
        public void failed(Throwable failure) {
            premises.log().failed("", failure);
        }
    }

    private void tellSpent() {
        Budget budget = engine.budget();
        boolean now = budget.isSpent();
        if (now && !spent) {
            engine.log().log(
                    LogLevel.WARN,
                    "sessions keep "
                            + budget.used() / MIB
                            + " MiB, of at most "
                            + budget.limit() / MIB
                            + ": until that is less nobody is accepted, and those that keep most are"
                            + " ended");
        } else if (!now && spent) {
            engine.log().log(LogLevel.NOTICE, "there is memory for sessions again");
        }
        spent = now;
    }

    /** Starts accepting on a bound socket. */
    public void accept(ServerSocketChannel socket) {
        accept(
                serving(this::take)
                        .channelFactory(() -> transport.server(socket))
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true));
    }

    /**
     * Starts accepting on a bound Unix-domain socket, on which {@code bin/qpsmtpd --attach} hands
     * over clients of a super-server: each connection begins with a PROXY header, and counts as the
     * client's own.
     */
    public void acceptAttached(ServerSocketChannel socket) {
        accept(
                serving(channel -> ProxyHeader.awaitAttached(premises, channel))
                        .channelFactory(() -> transport.localServer(socket)));
    }

    private void accept(ServerBootstrap bootstrap) {
        Channel server = bootstrap.register().syncUninterruptibly().channel();
        limit.add(server);
    }

    private ServerBootstrap serving(Consumer<Channel> taking) {
        return new ServerBootstrap()
                .group(transport.acceptor(), transport.group())
                .handler(limit.counter())
                // NIO looks at the limit only between reads.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                .option(ChannelOption.AUTO_READ, !limit.isPaused())
                // A client may send all it has, close its half, and wait for the replies.
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                ReadSize.install(channel);
                                taking.accept(channel);
                            }
                        });
    }

    private void take(Channel channel) {
        Endpoints ends = Endpoints.of(channel.remoteAddress(), channel.localAddress());
        try {
            if (premises.isProxy(ends)) {
                ProxyHeader.await(premises, channel, ends);
            } else if (premises.admits(channel, ends)) {
                channel.pipeline().addLast(new ConnectionHandler(premises, channel, ends));
            }
        } catch (UncheckedIOException e) {
            premises.log().trustUnknown(String.valueOf(e.getMessage()), ends.remoteIp());
            var unused = channel.close();
        }
    }

    /**
     * Serves a connection that somebody else accepted.
     *
     * @param over runs once its session is over and the connection closed
     */
    public void serve(SocketChannel socket, Introduction introduction, Runnable over) {
        register.whenNextEnds(over);
        Channel channel = transport.connection(socket);
        limit.count(channel);
        premises.count(channel, introduction.endpoints());
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(transport.group())
                        .channelFactory(() -> channel)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel given) {
                                        ReadSize.install(given);
                                        given.pipeline()
                                                .addLast(
                                                        new ConnectionHandler(
                                                                premises, given, introduction));
                                    }
                                });
        bootstrap.register().syncUninterruptibly();
    }

    /** The addresses that connections are accepted on. */
    public List<InetSocketAddress> addresses() {
        return limit.addresses();
    }

    /** How many connections are open. */
    public int connections() {
        return limit.connections();
    }

    /** How many may be; 0 for no limit. */
    public int limitConnections() {
        return options.limitConnections();
    }

    /** How many event loops are held up at this moment, and all their connections with them. */
    public int stuckLoops() {
        return register.stuckLoops();
    }

    /** The client's address of an open connection. */
    public Optional<InetAddress> remoteAddress(String connectionId) {
        return register.remoteAddress(connectionId);
    }

    /**
     * Asks each open connection's session something, on that connection's own thread, and waits for
     * the answers two seconds at most: the connections of a thread that does not answer in that
     * time are left out. Not to be called on a connection's own thread.
     */
    public <T> List<T> ask(Function<Session, T> question) throws InterruptedException {
        return register.ask(question);
    }

    /**
     * Ends a connection with 421, whatever it is doing, and closes it soon even when the client
     * does not read; a hook that runs for it is not waited for.
     *
     * @return false when there is no such connection
     */
    public boolean kill(String connectionId) {
        return register.kill(connectionId);
    }

    /** Accepts nothing until {@link #resume}; who connects meanwhile waits in the backlog. */
    public void pause() {
        limit.setPaused(true);
    }

    /** Accepts again, as far as the limits allow. */
    public void resume() {
        limit.setPaused(false);
    }

    /** Whether nothing is accepted until {@link #resume}. */
    public boolean paused() {
        return limit.isPaused();
    }

    /**
     * Stops accepting, ends idle sessions with 421, lets messages on their way be finished, and
     * after the time given ends what is left. Connections of a thread that is held up are not
     * waited for.
     */
    public void drain(long seconds) throws InterruptedException {
        stopAccepting();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (mayEnd() && System.nanoTime() - end < 0) {
            register.forEachSession(Listener::endExpendable);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        register.forEachSession(Session::shutDown);
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (mayEnd() && System.nanoTime() - last < 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void endExpendable(Session session) {
        if (session.isExpendable()) {
            session.shutDown();
        }
    }

    private void stopAccepting() {
        register.endNewOnes();
        limit.close();
        register.closeHeaderless();
    }

    /** Whether a connection is open that is not held up with its thread. */
    private boolean mayEnd() {
        return stuckLoops() == 0 ? connections() > 0 : register.hasLiveSession();
    }

    /** Closes every socket and ends the loops, but for those that are held up. */
    @Override
    public void close() {
        stopAccepting();
        Future<?> acceptor = transport.acceptor().shutdownGracefully(0, 2, TimeUnit.SECONDS);
        Future<?> loops = transport.group().shutdownGracefully(0, 2, TimeUnit.SECONDS);
        acceptor.awaitUninterruptibly(1000);
        loops.awaitUninterruptibly(3000);
        premises.close();
    }
}
