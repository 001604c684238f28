package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The connections of one event loop, looked at once a second. Used on that loop only. */
final class LoopWatch {
    private final List<ConnectionHandler> connections = new ArrayList<>();
    private final Runnable more;

    /**
     * @param more what else is to be looked at once a second
     */
    LoopWatch(EventLoop loop, Runnable more) {
        this.more = more;
        var unused = loop.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    void add(ConnectionHandler connection) {
        connection.setSlot(connections.size());
        connections.add(connection);
    }

    void remove(ConnectionHandler connection) {
        int slot = connection.slot();
        if (slot < 0) {
            return;
        }
        ConnectionHandler last = connections.remove(connections.size() - 1);
        if (last != connection) {
            connections.set(slot, last);
            last.setSlot(slot);
        }
        connection.setSlot(-1);
    }

    /** Does something with each connection; the action may close it. */
    void forEach(Consumer<ConnectionHandler> action) {
        List.copyOf(connections).forEach(action);
    }

    private void tick() {
        long now = System.nanoTime();
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                connections.get(i).tick(now);
            }
        }
        more.run();
    }
}
