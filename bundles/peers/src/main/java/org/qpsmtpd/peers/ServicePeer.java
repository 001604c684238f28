package org.qpsmtpd.peers;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of one plugin to its service: which backend is asked when. */
final class ServicePeer implements Peer {
    private static final Logger LOG = LoggerFactory.getLogger(ServicePeer.class);
    private static final int MOST_WAITING = 10_000;

    private final String name;
    private final PeerSettings settings;
    private final Workshop workshop;
    private final Consumer<ServicePeer> onClose;
    private final List<Backend> backends;

    private final Counts counts = new Counts();

    // What follows belongs to the event loop.
    private final Deque<Asking<?>> waiting = new ArrayDeque<>();
    private final Set<Asking<?>> all = new LinkedHashSet<>();
    private final Set<HeldLine<?>> lines = new LinkedHashSet<>();
    private boolean isClosed;

    ServicePeer(
            String name, PeerSettings settings, Workshop workshop, Consumer<ServicePeer> onClose) {
        this.name = name;
        this.settings = settings;
        this.workshop = workshop;
        this.onClose = onClose;
        backends =
                settings.backends().stream()
                        .map(address -> new Backend(address, settings, workshop))
                        .toList();
    }

    @Override
    public <T> CompletionStage<T> ask(Exchange<T> exchange) {
        return ask(exchange, false).answer.minimalCompletionStage();
    }

    @Override
    public <S> CompletionStage<Line<S>> hold(Exchange<S> greeting) {
        Asking<S> asking = ask(greeting, true);
        return asking.answer
                .thenApply(answer -> (Line<S>) Objects.requireNonNull(asking.line, "a line"))
                .minimalCompletionStage();
    }

    private <T> Asking<T> ask(Exchange<T> exchange, boolean holds) {
        if (exchange.passed() != null && !settings.passesFiles()) {
            throw new IllegalArgumentException("the way to " + name + " passes no files");
        }
        long due = System.nanoTime() + settings.timeout().toNanos();
        Asking<T> asking = new Asking<>(exchange, holds, due);
        counts.asked.incrementAndGet();
        counts.onTheirWay.incrementAndGet();
        try {
            workshop.loop().execute(() -> begin(asking));
        } catch (RejectedExecutionException e) {
            fail(asking, closed());
        }
        return asking;
    }

    private PeerFailure closed() {
        return new PeerFailure(
                Kind.BUSY, name + ": the server is being reconfigured or ends; try again");
    }

    private void begin(Asking<?> asking) {
        if (isClosed) {
            fail(asking, closed());
            return;
        }
        all.add(asking);
        asking.timer =
                workshop.loop()
                        .schedule(
                                () -> late(asking),
                                settings.timeout().toNanos(),
                                TimeUnit.NANOSECONDS);
        next(asking);
    }

    /** Has the best backend that is left answer, or waits for it. */
    private <T> void next(Asking<T> asking) {
        Backend best = best(asking);
        if (best == null) {
            fail(asking, asking.last == null ? allLeftOut() : asking.last);
        } else if (best.underWay < settings.connections()) {
            attempt(asking, best);
        } else if (waiting.size() < MOST_WAITING) {
            asking.isWaiting = true;
            waiting.add(asking);
        } else {
            String text = name + ": " + MOST_WAITING + " exchanges wait already; it is too slow";
            fail(asking, new PeerFailure(Kind.BUSY, text));
        }
    }

    private @Nullable Backend best(Asking<?> asking) {
        long now = System.nanoTime();
        return backends.stream()
                .filter(each -> !asking.tried.contains(each) && each.breaker.admits(now))
                .min(Comparator.comparingInt(each -> each.underWay))
                .orElse(null);
    }

    private PeerFailure allLeftOut() {
        long now = System.nanoTime();
        String each =
                backends.stream()
                        .map(
                                backend ->
                                        "at "
                                                + backend.address
                                                + " is left out for "
                                                + backend.breaker.secondsLeft(now)
                                                + " s more, since: "
                                                + backend.lastFault())
                        .collect(Collectors.joining("; "));
        return new PeerFailure(Kind.AWAY, name + " " + each);
    }

    private <T> void attempt(Asking<T> asking, Backend backend) {
        backend.breaker.asked();
        backend.underWay++;
        long now = System.nanoTime();
        int untried = backends.size() - asking.tried.size();
        long due = now + Math.max(0, asking.due - now) / untried;
        Attempt<T> attempt;
        try {
            attempt =
                    new Attempt<>(
                            asking.exchange,
                            asking.holds,
                            backend,
                            workshop,
                            due,
                            new Course<>(asking, backend));
        } catch (RuntimeException e) {
            freed(backend);
            backend.breaker.withdrawn();
            fail(asking, PeerFailure.of(e));
            return;
        }
        asking.attempt = attempt;
        attempt.start();
    }

    /** What becomes of an attempt. */
    private final class Course<T> implements Attempt.Owner<T> {
        private final Asking<T> asking;
        private final Backend backend;

        Course(Asking<T> asking, Backend backend) {
            this.asking = asking;
            this.backend = backend;
        }

        @Override
        public void connected() {
            counts.connected.incrementAndGet();
        }

        @Override
        public void answered(T answer) {
            freed(backend);
            good(backend);
            if (ended(asking)) {
                asking.answer.complete(answer);
            }
            pump();
        }

        @Override
        public void held(T answer, Wire wire, boolean isKept) {
            if (backend.breaker.isOpen()) {
                good(backend); // who is left out is tried by the greeting alone
            }
            Holding holding = new Holding(backend);
            HeldLine<T> line = new HeldLine<>(wire, answer, isKept, workshop, holding);
            holding.line = line;
            lines.add(line);
            asking.line = line;
            if (ended(asking)) {
                asking.answer.complete(answer);
            } else {
                line.closeNow();
            }
        }

        @Override
        public void failed(PeerFailure failure, boolean isHeard) {
            freed(backend);
            PeerFailure named = named(backend, failure.kind(), failure.text());
            bad(backend, failure.text());
            asking.tried.add(backend);
            asking.last = named;
            if (isHeard) {
                fail(asking, named);
            } else {
                next(asking);
            }
            pump();
        }

        @Override
        public void unaskable(String why) {
            freed(backend);
            backend.breaker.withdrawn();
            fail(asking, new PeerFailure(Kind.FAULT, why));
            pump();
        }
    }

    /** What becomes of a connection that is held. */
    private final class Holding implements HeldLine.Owner {
        private final Backend backend;
        private @Nullable HeldLine<?> line;

        Holding(Backend backend) {
            this.backend = backend;
        }

        @Override
        public void asked() {
            counts.asked.incrementAndGet();
            counts.onTheirWay.incrementAndGet();
        }

        @Override
        public void ended() {
            counts.onTheirWay.decrementAndGet();
        }

        @Override
        public PeerFailure failed(PeerFailure failure, boolean isOfTheBackend) {
            counts.failed.incrementAndGet();
            if (isOfTheBackend) {
                bad(backend, failure.text());
            }
            return named(backend, failure.kind(), failure.text());
        }

        @Override
        public void over(Wire wire, boolean isGood) {
            lines.remove(line);
            if (isGood) {
                good(backend);
                backend.keep(wire);
            }
            freed(backend);
            pump();
        }

        @Override
        public PeerFailure closed() {
            return ServicePeer.this.closed();
        }
    }

    private void good(Backend backend) {
        if (backend.breaker.good()) {
            counts.leftOut.decrementAndGet();
            LOG.warn("{} at {} answers again", name, backend.address);
        }
    }

    private PeerFailure named(Backend backend, Kind kind, String why) {
        String remedy = kind == Kind.AWAY ? "; is it running, and listening there?" : "";
        return new PeerFailure(kind, name + " at " + backend.address + ": " + why + remedy);
    }

    private void freed(Backend backend) {
        backend.underWay--;
    }

    private void bad(Backend backend, String why) {
        backend.failed(why);
        if (backend.breaker.bad(System.nanoTime())) {
            counts.leftOut.incrementAndGet();
            LOG.warn(
                    "{} at {} is left out for {} s after {} failures in a row, the last: {}",
                    name,
                    backend.address,
                    settings.pause().toSeconds(),
                    settings.failures(),
                    why);
        }
    }

    private void late(Asking<?> asking) {
        Attempt<?> attempt = asking.attempt;
        long seconds = settings.timeout().toSeconds();
        if (attempt == null || asking.isWaiting) {
            waiting.remove(asking);
            String text =
                    name + ": no connection was free within " + seconds + " s; it is too slow";
            fail(asking, new PeerFailure(Kind.LATE, text + ", or connections is too small"));
            return;
        }
        Backend backend = attempt.backend();
        attempt.abandon();
        freed(backend);
        String why = "no answer within " + seconds + " s";
        bad(backend, why);
        fail(
                asking,
                named(backend, Kind.LATE, why + "; see what keeps it, or raise timeoutSeconds"));
        pump();
    }

    /** Has those go on that wait, as far as there is room. */
    private void pump() {
        while (!waiting.isEmpty()) {
            Asking<?> first = waiting.element();
            Backend best = best(first);
            if (best != null && best.underWay >= settings.connections()) {
                return;
            }
            waiting.remove();
            first.isWaiting = false;
            next(first);
        }
    }

    private void fail(Asking<?> asking, PeerFailure failure) {
        if (ended(asking)) {
            counts.failed.incrementAndGet();
            asking.answer.completeExceptionally(failure);
        }
    }

    /** Whether it ends just now. */
    private boolean ended(Asking<?> asking) {
        if (asking.isOver()) {
            return false;
        }
        asking.stopTimer();
        all.remove(asking);
        counts.onTheirWay.decrementAndGet();
        return true;
    }

    @Override
    public List<Figure> figures() {
        return counts.figures();
    }

    @Override
    public void close() {
        onClose.accept(this);
        try {
            workshop.loop().execute(this::closeNow);
        } catch (RejectedExecutionException e) {
            // the loop has ended, and all connections with it
        }
    }

    private void closeNow() {
        isClosed = true;
        waiting.clear();
        for (Asking<?> each : List.copyOf(all)) {
            if (each.attempt != null) {
                each.attempt.abandon();
            }
            fail(each, closed());
        }
        List.copyOf(lines).forEach(HeldLine::closeNow);
        backends.forEach(Backend::close);
    }
}
