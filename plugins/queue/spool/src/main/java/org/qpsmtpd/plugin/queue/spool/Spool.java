package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.Transaction;

/** A spool at work: its folder, what waits in it, and those who hand it on. */
final class Spool {
    static final List<Figure> NO_FIGURES = figures(new Room.Load(0, 0), 0, 0, false, new Tally());
    private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(10);

    private final SpoolFolder folder;
    private final Turn turn;
    private final Schedule schedule = new Schedule();
    private final Gate gate;
    private final Handing handing;
    private final Runner runner;
    private final Terms terms;
    private final Room room;
    private final Tally tally = new Tally();
    private final InstantSource clock;
    private Room.Load counted = new Room.Load(0, 0);
    private Instant countedUntil = Instant.MIN;

    Spool(
            SpoolFolder folder,
            Target target,
            Terms terms,
            Room room,
            int concurrency,
            ServerHome home,
            InstantSource clock) {
        this.folder = folder;
        this.terms = terms;
        this.room = room;
        this.clock = clock;
        turn = new Turn(folder.root());
        gate = new Gate(terms.first());
        Reports reports = new Reports(folder, schedule, terms, () -> ownName(home));
        handing =
                new Handing(
                        folder,
                        target.forwarder(),
                        target.isLast(),
                        terms,
                        gate,
                        reports,
                        tally,
                        clock);
        runner = new Runner(folder, turn, schedule, gate, handing, terms, concurrency, clock);
    }

    private static String ownName(ServerHome home) {
        return home.config().value("me").filter(Hosts::isHost).orElseGet(HostName::ofThisMachine);
    }

    void start() {
        runner.start();
    }

    /** Has it look at the clock. */
    void wake() {
        runner.wake();
    }

    void close(Duration limit) {
        runner.close(limit);
    }

    SpoolFolder folder() {
        return folder;
    }

    Schedule schedule() {
        return schedule;
    }

    /** Whether this instance hands on, and not another one of the same folder. */
    boolean isAtWork() {
        return turn.isHeld();
    }

    /** Whether the next hop is away, and why. */
    Optional<Said> away() {
        return gate.last();
    }

    /**
     * Takes a message over.
     *
     * @return its id
     * @throws Room.FullException when there is no room
     */
    String take(Transaction transaction, Instant now) throws IOException {
        long octets = transaction.messageSize();
        room.require(load(now), octets);
        Envelope envelope = Envelope.of(transaction, now);
        String id = folder.store(envelope, octets, transaction::writeMessageTo, now);
        tally.taken().increment();
        runner.added(Entry.of(id, octets, envelope, Progress.of(envelope), terms));
        return id;
    }

    /** Who does not hand on counts what is there, now and then. */
    private synchronized Room.Load load(Instant now) throws IOException {
        if (isAtWork()) {
            return schedule.load();
        }
        if (!now.isBefore(countedUntil)) {
            counted = folder.load();
            countedUntil = now.plus(BETWEEN_COUNTS);
        }
        return counted;
    }

    /** Has all that wait tried now, whether or not the next hop is away. */
    int flush() {
        gate.open();
        int count = schedule.flush(clock.instant());
        runner.wake();
        return count;
    }

    /** Has one tried now; false when it does not wait. */
    boolean flush(String id) {
        gate.open();
        return change(id, entry -> tryNow(entry));
    }

    private Optional<Entry> tryNow(Entry entry) {
        return Optional.of(entry.at(clock.instant()));
    }

    boolean bounce(String id) {
        return change(id, handing::bounce);
    }

    boolean hold(String id, boolean isHeld) {
        return change(id, entry -> handing.hold(entry, isHeld));
    }

    /** Deletes one; false when it does not wait. */
    boolean delete(String id) throws IOException {
        if (schedule.take(id).isEmpty()) {
            return false;
        }
        folder.delete(id);
        schedule.remove(id);
        return true;
    }

    private boolean change(String id, Function<Entry, Optional<Entry>> work) {
        Optional<Entry> taken = schedule.take(id);
        if (taken.isEmpty()) {
            return false;
        }
        Optional<Entry> after = taken;
        try {
            after = work.apply(taken.get());
        } finally {
            runner.settle(id, after);
            runner.wake();
        }
        return true;
    }

    List<Figure> figures() {
        Instant now = clock.instant();
        long age = schedule.oldest().map(old -> Duration.between(old, now).toSeconds()).orElse(0L);
        return figures(schedule.load(), age, schedule.taken(), gate.isAway(), tally);
    }

    private static List<Figure> figures(
            Room.Load load, long age, int taken, boolean isAway, Tally tally) {
        return List.of(
                Figure.gauge("messages", load.messages()),
                Figure.gauge("octets", load.octets()),
                Figure.gauge("oldest_seconds", age),
                Figure.gauge("on_their_way", taken),
                Figure.gauge("away", isAway ? 1 : 0),
                Figure.counter("taken", tally.taken().sum()),
                Figure.counter("delivered", tally.delivered().sum()),
                Figure.counter("deferred", tally.deferred().sum()),
                Figure.counter("failed", tally.failed().sum()));
    }
}
