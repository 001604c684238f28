package org.qpsmtpd.plugin.auth.authdovecot;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.Peers;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to Dovecot, and which mechanisms it has. Safe for use by several threads. */
final class Backend implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
    private static final Duration KEEP = Duration.ofSeconds(60);

    private final Exchange<Set<String>> handshake = Handshake.exchange();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicBoolean isAsking = new AtomicBoolean();
    private final AtomicBoolean isAway = new AtomicBoolean();
    private final Peer peer;
    private final Duration limit;
    private final boolean penalty;
    private volatile Set<String> mechanisms = Set.of();

    Backend(Peers peers, PeerSettings settings, boolean penalty) {
        this.peer = peers.open("dovecot", settings.keeping(KEEP));
        this.limit = settings.timeout();
        this.penalty = penalty;
    }

    /** A connection for an attempt. */
    CompletionStage<Line<Set<String>>> hold() {
        return peer.hold(handshake)
                .thenApply(
                        line -> {
                            mechanisms = line.greeting();
                            return line;
                        });
    }

    /** What Dovecot had when it was asked last; none before. */
    Set<String> mechanisms() {
        return mechanisms;
    }

    /** Asks what Dovecot has, unless that is being asked; completes in any case. */
    CompletionStage<Void> learn() {
        if (!isAsking.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(null);
        }
        return hold().handle(
                        (line, failed) -> {
                            isAsking.set(false);
                            if (line != null) {
                                line.release();
                            }
                            tell(failed == null ? "" : PeerFailure.of(failed).text());
                            return null;
                        });
    }

    /** Once for each time that it goes. */
    private void tell(String failure) {
        if (failure.isEmpty()) {
            isAway.set(false);
        } else if (!isAway.getAndSet(true)) {
            LOG.warn("its mechanisms are not known, so none is offered: {}", failure);
        }
    }

    /** A number for an attempt, as Dovecot takes it. */
    String nextId() {
        return String.valueOf(ids.incrementAndGet() & Integer.MAX_VALUE);
    }

    Duration limit() {
        return limit;
    }

    boolean penalty() {
        return penalty;
    }

    List<Figure> figures() {
        return peer.figures();
    }

    @Override
    public void close() {
        peer.close();
    }
}
