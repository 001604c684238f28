package org.qpsmtpd.core.listener;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.budget.Budget;
import org.qpsmtpd.core.budget.Descriptors;
import org.qpsmtpd.core.log.LogText;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Engine;
import org.qpsmtpd.core.session.Introduction;
import org.qpsmtpd.core.session.Reply;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.core.session.Wire;
import org.qpsmtpd.core.worker.LoopGuard;

/**
 * Accepts connections on listening sockets that are already bound, up to {@code
 * --limit-connections}; beyond that, while too many requests wait for a child, and while no memory
 * or descriptor is left, nothing is accepted and the backlog holds the rest.
 */
public final class Listener implements AutoCloseable {
    private static final int WAITING_PER_CHILD = 64;
    private static final long MIB = 1024 * 1024;
    private static final int WAITING_HANDSHAKES = 1024;
    private static final int HANDSHAKE_THREAD_SECONDS = 10;
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(4 * 1024, 8 * 1024);

    private final Engine engine;
    private final ListenerOptions options;
    private final LoopGuard guard;
    private final ThreadPoolExecutor handshakes;
    private final Transport transport;
    private final Descriptors descriptors = Descriptors.ofThisProcess();
    private final List<Channel> servers = new CopyOnWriteArrayList<>();
    private final Map<EventExecutor, LoopWatch> watches = new ConcurrentHashMap<>();
    private final ClientLimit clients;
    private final Map<String, ConnectionHandler> connections = new ConcurrentHashMap<>();
    private final Set<Channel> headerless = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private volatile @Nullable Runnable atEnd;
    private volatile boolean closing;
    private volatile boolean full;
    private volatile boolean paused;
    private boolean spent;

    /**
     * Names and limits.
     *
     * @param prefix how the names of threads begin
     * @param limitConnections most connections at once; 0 for no limit
     * @param maxFromIp what plugins are told as the most connections of one address, and what
     *     {@link ClientLimit} follows from; 0 for no limit
     * @param loops threads that own sockets
     * @param waiting most requests that may wait for a child before no more connections are
     *     accepted
     */
    public record ListenerOptions(
            String prefix, int limitConnections, int maxFromIp, int loops, int waiting) {
        /** Limits for so many children. */
        public static ListenerOptions of(
                String prefix, int limitConnections, int maxFromIp, int children) {
            int loops = Math.max(1, Runtime.getRuntime().availableProcessors());
            return new ListenerOptions(
                    prefix, limitConnections, maxFromIp, loops, children * WAITING_PER_CHILD);
        }
    }

    /** A listener that accepts nothing yet. */
    public Listener(Engine engine, ListenerOptions options) {
        this(engine, options, (who, loop, millis) -> {});
    }

    /**
     * A listener that accepts nothing yet.
     *
     * @param overrun is told when a plugin holds up a connection's thread
     */
    public Listener(Engine engine, ListenerOptions options, LoopGuard.Overrun overrun) {
        this.engine = engine;
        this.options = options;
        clients = new ClientLimit(options.maxFromIp(), options.limitConnections());
        guard = new LoopGuard(options.prefix(), overrun);
        handshakes = handshakes(options);
        transport = Transport.best(options.prefix(), options.loops(), new Loops());
        var unused =
                transport.acceptor().scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        try {
            tellSpent();
            engine.budget().tick();
            acceptAgain();
            engine.relieveChildren();
        } catch (Throwable failure) { // else there would be no further tick
            failed("", failure);
        }
    }

    private final class Loops implements Transport.Loops {
        @Override
        public boolean isStuck(EventExecutor loop) {
            LoopWatch watch = watches.get(loop);
            return watch != null && watch.isStuck();
        }

        @Override
        public void failed(Throwable failure) {
            Listener.this.failed("", failure);
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

    Budget budget() {
        return engine.budget();
    }

    void stalled(String connectionId) {
        engine.log().log(
                LogLevel.NOTICE, connectionId, "the client does not take its replies, closing");
    }

    /**
     * Where the costly steps of handshakes run, so that no connection waits for another's. When too
     * many wait already, a further handshake fails.
     */
    private static ThreadPoolExecutor handshakes(ListenerOptions options) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        options.loops(),
                        options.loops(),
                        HANDSHAKE_THREAD_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(WAITING_HANDSHAKES),
                        new DefaultThreadFactory(options.prefix() + "handshake", true));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    Encryption encryption(SSLEngine engine, int seconds) {
        return new Encryption(engine, handshakes, seconds);
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
                serving(channel -> ProxyHeader.awaitAttached(this, channel))
                        .channelFactory(() -> transport.localServer(socket)));
    }

    private void accept(ServerBootstrap bootstrap) {
        Channel server = bootstrap.register().syncUninterruptibly().channel();
        servers.add(server);
        adjust(server);
    }

    private ServerBootstrap serving(Consumer<Channel> taking) {
        return new ServerBootstrap()
                .group(transport.acceptor(), transport.group())
                .handler(new Counter())
                // NIO looks at the limit only between reads.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ServerChannelRecvByteBufAllocator())
                .option(ChannelOption.AUTO_READ, !paused)
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
            if (engine.speaksForOthers(ends.remoteAddress())) {
                ProxyHeader.await(this, channel, ends);
            } else if (admits(channel, ends)) {
                channel.pipeline().addLast(new ConnectionHandler(this, channel, ends));
            }
        } catch (UncheckedIOException e) {
            // Whom to believe is not known, so nobody is served.
            engine.log().log(LogLevel.CRIT, e.getMessage() + ", closing " + ends.remoteIp());
            var unused = channel.close();
        }
    }

    /**
     * Counts a connection as its client's. One too many is closed at once, with a word where the
     * client does not expect TLS; a socket that is new has room for it.
     */
    boolean admits(Channel channel, Endpoints ends) {
        if (clients.admits(channel, engine.countedAs(ends.remoteAddress()))) {
            return true;
        }
        String fault = "too many connections from " + ends.remoteIp();
        engine.log().log(LogLevel.NOTICE, fault + ", closing");
        ByteBuf last = channel.alloc().buffer();
        if (!engine.beginsWithTls(ends.socketPort())) {
            Reply.of(421, "4.7.0", fault + ", try again later").writeTo(last, false);
        }
        var unused = channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
        return false;
    }

    void waitsForHeader(Channel channel) {
        headerless.add(channel);
        if (closing) {
            var unused = channel.close();
        }
    }

    void hasHeader(Channel channel) {
        headerless.remove(channel);
    }

    void headerMissing(String proxy, String why) {
        engine.log().log(
                LogLevel.NOTICE, "no PROXY header from " + proxy + ": " + why + ", closing");
    }

    /** How long the header of a proxy may take, in seconds. */
    int headerSeconds() {
        return engine.headerSeconds();
    }

    /**
     * Serves a connection that somebody else accepted.
     *
     * @param over runs once its session is over and the connection closed
     */
    public void serve(SocketChannel socket, Introduction introduction, Runnable over) {
        open.incrementAndGet();
        descriptors.connection(1);
        atEnd = over;
        Channel channel = transport.connection(socket);
        channel.closeFuture().addListener(closed -> uncount());
        Endpoints ends = introduction.endpoints();
        clients.admits(channel, engine.countedAs(ends.remoteAddress()));
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
                                                                Listener.this,
                                                                given,
                                                                introduction));
                                    }
                                });
        bootstrap.register().syncUninterruptibly();
    }

    /** The addresses that connections are accepted on. */
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Channel server : servers) {
            SocketAddress address = server.localAddress();
            if (address instanceof InetSocketAddress internet) {
                addresses.add(internet);
            }
        }
        return addresses;
    }

    Session newSession(Wire wire, Endpoints endpoints) {
        return new Session(engine, wire, endpoints);
    }

    int maxFromIp() {
        return options.maxFromIp();
    }

    /** Takes a connection in and returns how many its client holds now. */
    int opened(ConnectionHandler connection) {
        connection.watch().add(connection);
        connections.put(connection.session().id(), connection);
        if (closing) {
            connection.executor().execute(() -> connection.session().shutDown());
        }
        return clients.heldBy(engine.countedAs(connection.endpoints().remoteAddress()));
    }

    private boolean isFull(int connections) {
        boolean atLimit =
                options.limitConnections() > 0 && connections >= options.limitConnections();
        return atLimit
                || engine.waitingRequests() > options.waiting()
                || engine.budget().isSpent()
                || !descriptors.haveRoom();
    }

    void closed(ConnectionHandler connection) {
        connections.remove(connection.session().id());
    }

    /** Forgets a connection whose session is over. */
    void ended(ConnectionHandler connection) {
        connection.watch().remove(connection);
        Runnable over = atEnd;
        if (over != null) {
            atEnd = null;
            over.run();
        }
    }

    private void uncount() {
        open.decrementAndGet();
        descriptors.connection(-1);
        acceptAgain();
    }

    private void acceptAgain() {
        if (full && !isFull(open.get())) {
            full = false;
            servers.forEach(this::adjust);
        }
    }

    /**
     * Accepts or not, as the limits say at this moment; on the socket's own thread, so that no
     * order is lost.
     */
    private void adjust(Channel server) {
        EventLoop loop = server.eventLoop();
        if (!loop.inEventLoop()) {
            loop.execute(() -> adjust(server));
            return;
        }
        boolean accepting = !paused && !isFull(open.get());
        if (!closing && server.config().isAutoRead() != accepting) {
            server.config().setAutoRead(accepting);
        }
    }

    /** Counts each connection where it is accepted, so that the limit is kept to the last one. */
    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // the listener is what is wanted
    private final class Counter extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object accepted) {
            descriptors.connection(1);
            if (isFull(open.incrementAndGet())) {
                full = true;
                adjust(context.channel());
                servers.forEach(Listener.this::adjust);
            }
            ((Channel) accepted).closeFuture().addListener(closed -> uncount());
            context.fireChannelRead(accepted);
        }
    }

    /** The watch over a loop; called on its thread. */
    LoopWatch watch(EventLoop loop) {
        return watches.computeIfAbsent(loop, key -> new LoopWatch(loop, guard));
    }

    void failed(String connectionId, Throwable cause) {
        if (cause instanceof IOException) {
            engine.log().log(LogLevel.INFO, connectionId, "connection lost: " + cause.getMessage());
        } else {
            String what = LogText.withPlace(cause);
            engine.log().log(LogLevel.CRIT, connectionId, "internal error: " + what);
        }
    }

    void handshakeFailed(String connectionId, Throwable cause) {
        Throwable inner = cause.getCause();
        String why = (inner instanceof IOException ? inner : cause).getMessage();
        engine.log().log(
                LogLevel.NOTICE,
                connectionId,
                "TLS Negotiation Failed: " + (why == null ? "the client is gone" : why));
    }

    // ---- steering

    /** How many connections are open. */
    public int connections() {
        return open.get();
    }

    /** How many may be; 0 for no limit. */
    public int limitConnections() {
        return options.limitConnections();
    }

    /** How many event loops are held up at this moment, and all their connections with them. */
    public int stuckLoops() {
        return (int) watches.values().stream().filter(LoopWatch::isStuck).count();
    }

    /** The client's address of an open connection. */
    public Optional<InetAddress> remoteAddress(String connectionId) {
        return Optional.ofNullable(connections.get(connectionId))
                .map(connection -> connection.endpoints().remoteAddress());
    }

    /**
     * Asks each open connection's session something, on that connection's own thread, and waits for
     * the answers two seconds at most: the connections of a thread that does not answer in that
     * time are left out. Not to be called on a connection's own thread.
     */
    public <T> List<T> ask(Function<Session, T> question) throws InterruptedException {
        List<Future<List<T>>> asked = new ArrayList<>();
        watches.forEach(
                (loop, watch) -> {
                    if (!loop.isShuttingDown()) {
                        asked.add(loop.submit(() -> answers(watch, question)));
                    }
                });
        long end = System.nanoTime() + ASK_NANOS;
        List<T> all = new ArrayList<>();
        for (Future<List<T>> answers : asked) {
            if (answers.await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS)
                    && answers.isSuccess()) {
                all.addAll(answers.getNow());
            }
        }
        return all;
    }

    private <T> List<T> answers(LoopWatch watch, Function<Session, T> question) {
        List<T> answers = new ArrayList<>();
        watch.forEach(
                connection -> {
                    if (connections.containsKey(connection.session().id())) {
                        answers.add(question.apply(connection.session()));
                    }
                });
        return answers;
    }

    /**
     * Ends a connection with 421, whatever it is doing, and closes it soon even when the client
     * does not read; a hook that runs for it is not waited for.
     *
     * @return false when there is no such connection
     */
    public boolean kill(String connectionId) {
        ConnectionHandler connection = connections.get(connectionId);
        if (connection == null) {
            return false;
        }
        connection.executor().execute(connection::kill);
        return true;
    }

    /** Accepts nothing until {@link #resume}; who connects meanwhile waits in the backlog. */
    public void pause() {
        paused = true;
        adjustAll();
    }

    /** Accepts again, as far as the limits allow. */
    public void resume() {
        paused = false;
        adjustAll();
    }

    /** Whether nothing is accepted until {@link #resume}. */
    public boolean paused() {
        return paused;
    }

    /** Has taken effect on return, unless a socket's thread is held up. */
    private void adjustAll() {
        List<Future<?>> adjusted = new ArrayList<>();
        servers.forEach(server -> adjusted.add(server.eventLoop().submit(() -> adjust(server))));
        adjusted.forEach(future -> future.awaitUninterruptibly(1, TimeUnit.SECONDS));
    }

    // ---- end

    /**
     * Stops accepting, ends idle sessions with 421, lets messages on their way be finished, and
     * after the time given ends what is left. Connections of a thread that is held up are not
     * waited for.
     */
    public void drain(long seconds) throws InterruptedException {
        stopAccepting();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (mayEnd() && System.nanoTime() - end < 0) {
            endSessions(false);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        endSessions(true);
        long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (mayEnd() && System.nanoTime() - last < 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void stopAccepting() {
        closing = true;
        servers.forEach(server -> server.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
        headerless.forEach(
                channel -> {
                    var unused = channel.close();
                });
    }

    /** Whether a connection is open that is not held up with its thread. */
    private boolean mayEnd() {
        if (stuckLoops() == 0) {
            return open.get() > 0;
        }
        return connections.values().stream().anyMatch(connection -> !connection.watch().isStuck());
    }

    private void endSessions(boolean all) throws InterruptedException {
        List<Future<?>> asked = new ArrayList<>();
        watches.forEach(
                (loop, watch) -> {
                    if (!watch.isStuck()) {
                        asked.add(
                                loop.submit(
                                        () ->
                                                watch.forEach(
                                                        connection ->
                                                                end(connection.session(), all))));
                    }
                });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (Future<?> done : asked) {
            done.await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }

    private static void end(Session session, boolean all) {
        if (all || session.isExpendable()) {
            session.shutDown();
        }
    }

    /** Closes every socket and ends the loops, but for those that are held up. */
    @Override
    public void close() {
        stopAccepting();
        Future<?> acceptor = transport.acceptor().shutdownGracefully(0, 2, TimeUnit.SECONDS);
        Future<?> loops = transport.group().shutdownGracefully(0, 2, TimeUnit.SECONDS);
        acceptor.awaitUninterruptibly(1000);
        loops.awaitUninterruptibly(3000);
        handshakes.shutdownNow();
        guard.close();
    }
}
