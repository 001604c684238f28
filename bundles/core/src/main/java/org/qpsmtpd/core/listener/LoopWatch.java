package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.qpsmtpd.core.worker.InlineCalls;
import org.qpsmtpd.core.worker.LoopGuard;

/**
 * The connections of one event loop, looked at once a second. Used on that loop only, but for
 * {@link #isStuck}.
 */
final class LoopWatch {
    private final List<OpenConnection> connections = new ArrayList<>();
    private final InlineCalls calls = new InlineCalls(Thread.currentThread());
    private final EventLoop loop;

    /** Begins the watch over the loop whose thread this is. */
    LoopWatch(EventLoop loop, LoopGuard guard) {
        this.loop = loop;
        guard.watch(calls);
        var unused = loop.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    InlineCalls calls() {
        return calls;
    }

    /** Whether the loop is held up, or has ended. */
    boolean isStuck() {
        return loop.isShuttingDown() || calls.isStuck();
    }

    void add(OpenConnection connection) {
        connection.setSlot(connections.size());
        connections.add(connection);
    }

    void remove(OpenConnection connection) {
        int slot = connection.slot();
        if (slot < 0) {
            return;
        }
        OpenConnection last = connections.remove(connections.size() - 1);
        if (last != connection) {
            connections.set(slot, last);
            last.setSlot(slot);
        }
        connection.setSlot(-1);
    }

    /** Does something with each connection; the action may close it. */
    void forEach(Consumer<OpenConnection> action) {
        List.copyOf(connections).forEach(action);
    }

    private void tick() {
        calls.beat();
        long now = System.nanoTime();
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                tick(connections.get(i), now);
            }
        }
    }

    /** Nothing may be thrown here: there would be no further look at any connection. */
    private static void tick(OpenConnection connection, long now) {
        try {
            connection.tick(now);
        } catch (Throwable failure) { // it costs this connection, whatever it is
            connection.failed(failure);
        }
    }
}
