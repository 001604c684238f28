package org.qpsmtpd.peers;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerSettings;

/** One place of a service, with its connections. Belongs to the event loop. */
final class Backend {
    final PeerAddress address;
    final @Nullable SSLContext tls;
    final Breaker breaker;
    private final long keepNanos;
    private final Workshop workshop;
    private final Deque<Wire> idle = new ArrayDeque<>();
    private String lastFault = "";
    int underWay;

    Backend(PeerAddress address, PeerSettings settings, Workshop workshop) {
        this.address = address;
        this.tls = settings.tls();
        this.breaker = new Breaker(settings.failures(), settings.pause().toNanos());
        this.keepNanos = settings.keep().toNanos();
        this.workshop = workshop;
    }

    /** A kept connection; null when there is none. */
    @Nullable Wire take() {
        return idle.pollLast();
    }

    /** Keeps a connection for the next exchange, or closes it. */
    void keep(Wire wire) {
        if (keepNanos == 0) {
            wire.close();
            return;
        }
        idle.add(wire);
        wire.rest(
                workshop.loop().schedule(wire::close, keepNanos, TimeUnit.NANOSECONDS),
                () -> idle.remove(wire));
    }

    void failed(String fault) {
        lastFault = fault;
    }

    String lastFault() {
        return lastFault;
    }

    void close() {
        List.copyOf(idle).forEach(Wire::close);
        idle.clear();
    }
}
