package org.qpsmtpd.core.listener;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.core.worker.LoopGuard;

/** The open connections of a listener: by id, by event loop, and those that have no session yet. */
final class Register {
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LoopGuard guard;
    private final Map<EventExecutor, LoopWatch> watches = new ConcurrentHashMap<>();
    private final Map<String, OpenConnection> connections = new ConcurrentHashMap<>();
    private final Set<Channel> headerless = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Runnable atEnd;
    private volatile boolean closing;

    /**
     * @param guard looks after the event loops
     */
    Register(LoopGuard guard) {
        this.guard = guard;
    }

    /** The watch over a loop; called on its thread. */
    LoopWatch watch(EventLoop loop) {
        return watches.computeIfAbsent(loop, key -> new LoopWatch(loop, guard));
    }

    boolean isStuck(EventExecutor loop) {
        LoopWatch watch = watches.get(loop);
        return watch != null && watch.isStuck();
    }

    /** How many event loops are held up at this moment, and all their connections with them. */
    int stuckLoops() {
        return (int) watches.values().stream().filter(LoopWatch::isStuck).count();
    }

    /** Takes a connection in. */
    void opened(LoopWatch watch, OpenConnection connection) {
        watch.add(connection);
        connections.put(connection.session().id(), connection);
        if (closing) {
            connection.executor().execute(() -> connection.session().shutDown());
        }
    }

    void closed(OpenConnection connection) {
        connections.remove(connection.session().id());
    }

    /** Forgets a connection whose session is over. */
    void ended(LoopWatch watch, OpenConnection connection) {
        watch.remove(connection);
        Runnable over = atEnd;
        if (over != null) {
            atEnd = null;
            over.run();
        }
    }

    /** Has something run once the next session is over. */
    void whenNextEnds(Runnable over) {
        atEnd = over;
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

    /** The client's address of an open connection. */
    Optional<InetAddress> remoteAddress(String connectionId) {
        return Optional.ofNullable(connections.get(connectionId))
                .map(connection -> connection.endpoints().remoteAddress());
    }

    /** Asks each session something on its own thread; two seconds are waited at most. */
    <T> List<T> ask(Function<Session, T> question) throws InterruptedException {
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

    boolean kill(String connectionId) {
        OpenConnection connection = connections.get(connectionId);
        if (connection == null) {
            return false;
        }
        connection.executor().execute(connection::kill);
        return true;
    }

    /** Ends sessions that begin from now on. */
    void endNewOnes() {
        closing = true;
    }

    /** Closes connections that have no session yet. */
    void closeHeaderless() {
        headerless.forEach(
                channel -> {
                    var unused = channel.close();
                });
    }

    /** Whether a session goes on that is not held up with its thread. */
    boolean hasLiveSession() {
        return connections.values().stream().anyMatch(connection -> !connection.isStuck());
    }

    /** Does something with each session on its own thread; waits a second for that at most. */
    void forEachSession(Consumer<Session> action) throws InterruptedException {
        List<Future<?>> asked = new ArrayList<>();
        watches.forEach(
                (loop, watch) -> {
                    if (!watch.isStuck()) {
                        asked.add(
                                loop.submit(
                                        () ->
                                                watch.forEach(
                                                        open -> action.accept(open.session()))));
                    }
                });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (Future<?> done : asked) {
            done.await(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
