package org.qpsmtpd.smtpclient;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.service.Resolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections, keeps those that can be used again, and closes those that are late or no
 * longer wanted. As many are open as messages are under way, and a bounded number of idle ones.
 */
final class ConnectionPool implements Sweeper.Swept {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPool.class);

    private final NextHop hop;
    private final Set<HopConnection> open = ConcurrentHashMap.newKeySet();
    private final Deque<HopConnection> idle = new ArrayDeque<>();
    private final Set<HopConnection> held = new LinkedHashSet<>();
    private volatile boolean closed;

    ConnectionPool(NextHop hop) {
        this.hop = hop;
        Sweeper.ofAll().add(this);
    }

    /** The connection used last, when there is one. */
    Optional<HopConnection> take(long due) {
        while (true) {
            HopConnection connection;
            synchronized (idle) {
                connection = idle.poll();
            }
            if (connection == null) {
                return Optional.empty();
            }
            connection.begin(due);
            if (connection.isQuiet()) {
                return Optional.of(connection);
            }
            discard(connection);
        }
    }

    /** Keeps a connection for the one who used it, as long as an idle one. */
    void hold(HopConnection connection) {
        synchronized (idle) {
            connection.rest(System.nanoTime());
            held.add(connection);
        }
    }

    /** Gives it back; false when it has gone. */
    boolean resume(HopConnection connection, long due) {
        synchronized (idle) {
            if (!held.remove(connection)) {
                return false;
            }
        }
        connection.begin(due);
        if (!connection.isQuiet()) {
            discard(connection);
            return false;
        }
        return true;
    }

    /**
     * Opens a connection to where MAIL can be said.
     *
     * @param client whose mail it is opened for
     * @param due when the message must be done with, in the terms of {@link System#nanoTime}
     */
    HopConnection open(MailClient client, long due) throws NextHopException {
        Resolver resolver = hop.resolver();
        TlsPlan plan =
                resolver == null || hop.tls() != TlsMode.DANE
                        ? TlsPlan.of(hop)
                        : Dane.plan(hop, resolver, due);
        try {
            return open(client, due, plan);
        } catch (NextHopException.Tls e) {
            if (plan.isRequired()) {
                throw e;
            }
            LOG.warn("{}: {}; mail goes in clear", hop.place(), e.detail());
            return open(client, due, plan.inClear());
        }
    }

    private HopConnection open(MailClient client, long due, TlsPlan plan) throws NextHopException {
        if (closed) {
            throw new NextHopException("the server is being reconfigured");
        }
        HopConnection connection = HopConnection.connect(hop, due);
        open.add(connection);
        boolean opened = false;
        try {
            new HopOpening(hop, client, connection).run(plan);
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                discard(connection);
            }
        }
    }

    /** Takes back a connection on which MAIL can be said again, or that is closed. */
    void give(HopConnection connection) {
        if (!keep(connection)) {
            end(connection);
        }
    }

    /** With XCLIENT a connection speaks for one client, so it is not used again. */
    private boolean keep(HopConnection connection) {
        boolean useful =
                connection.isOpen()
                        && !hop.xclient()
                        && connection.messages() < hop.messagesPerConnection()
                        && connection.messages() < connection.extensions().limit("MAILMAX");
        synchronized (idle) {
            if (!useful || closed || idle.size() >= hop.idleConnections()) {
                return false;
            }
            connection.rest(System.nanoTime());
            idle.push(connection);
            return true;
        }
    }

    /** Ends a connection on which MAIL could be said. */
    void end(HopConnection connection) {
        connection.quit();
        open.remove(connection);
    }

    /** Closes a connection that cannot be used again. */
    void discard(HopConnection connection) {
        connection.close();
        open.remove(connection);
    }

    @Override
    public void sweep(long now) {
        for (HopConnection connection : open) {
            connection.closeIfLate(now);
        }
        expired(now).forEach(this::end);
        if (closed && open.isEmpty()) {
            Sweeper.ofAll().remove(this);
        }
    }

    private List<HopConnection> expired(long now) {
        List<HopConnection> expired = new ArrayList<>();
        synchronized (idle) {
            while (!idle.isEmpty() && (closed || idle.getLast().isIdleFor(hop.idleTime(), now))) {
                expired.add(idle.removeLast());
            }
            for (HopConnection one : List.copyOf(held)) {
                if (closed || one.isIdleFor(hop.idleTime(), now)) {
                    held.remove(one);
                    expired.add(one);
                }
            }
        }
        return expired;
    }

    /** Closes the idle connections; those in use are closed when their message is done. */
    void close() {
        synchronized (idle) {
            closed = true;
        }
        sweep(System.nanoTime());
    }
}
