package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.qpsmtpd.maildir.Faults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that messages are handed on when it is time, while it has the turn for the folder. One
 * thread looks whose turn it is, some hand on. It sleeps until something is due; once a second it
 * looks whether another instance wants the folder or has put something in.
 */
final class Runner {
    private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofMillis(50);

    /** After a message whose handling failed unforeseen, and between two complaints. */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** For whoever asked for the turn to take it. */
    private static final Duration COURTESY = Duration.ofSeconds(5);

    private final SpoolFolder folder;
    private final Turn turn;
    private final Schedule schedule;
    private final Gate gate;
    private final Handing handing;
    private final Terms terms;
    private final int concurrency;
    private final InstantSource clock;
    private final ThreadPoolExecutor workers;
    private final AtomicBoolean isStarted = new AtomicBoolean();
    private final Object lock = new Object();
    private final Thread thread = new Thread(this::run, "queue/spool");
    private int working;
    private boolean isWoken;
    private boolean isClosed;
    private boolean isYielding;
    private boolean hasYielded;
    private boolean hasAsked;
    private long politeUntil;
    private long quietUntil;

    Runner(
            SpoolFolder folder,
            Turn turn,
            Schedule schedule,
            Gate gate,
            Handing handing,
            Terms terms,
            int concurrency,
            InstantSource clock) {
        this.folder = folder;
        this.turn = turn;
        this.schedule = schedule;
        this.gate = gate;
        this.handing = handing;
        this.terms = terms;
        this.concurrency = concurrency;
        this.clock = clock;
        ThreadFactory threads =
                work -> {
                    Thread worker = new Thread(work, "queue/spool worker");
                    worker.setDaemon(true);
                    worker.setUncaughtExceptionHandler(
                            (which, fault) -> LOG.error("a message could not be handled", fault));
                    return worker;
                };
        workers =
                new ThreadPoolExecutor(
                        concurrency,
                        concurrency,
                        30,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        threads);
        workers.allowCoreThreadTimeOut(true);
        thread.setDaemon(true);
    }

    /** Begins; does nothing when it has begun. */
    void start() {
        if (isStarted.compareAndSet(false, true)) {
            thread.start();
        }
    }

    /** A message was stored. */
    void added(Entry entry) throws IOException {
        if (!turn.isHeld()) {
            turn.call();
            return;
        }
        schedule.add(entry);
        wake();
    }

    /** Has it look again at once. */
    void wake() {
        synchronized (lock) {
            isWoken = true;
            lock.notifyAll();
        }
    }

    /**
     * Ends. Waits a moment for what is on its way; what takes longer goes on, and the turn is given
     * when it is done, so that nobody else hands the same message on.
     */
    void close(Duration limit) {
        synchronized (lock) {
            isClosed = true;
            lock.notifyAll();
        }
        if (!isStarted.get()) {
            return;
        }
        try {
            thread.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean goesOn = true;
        while (goesOn) {
            Duration pause = SECOND;
            try {
                pause = step();
            } catch (IOException e) {
                complain(e);
            }
            goesOn = await(pause);
        }
        end();
    }

    private void complain(IOException e) {
        if (System.nanoTime() - quietUntil >= 0 || quietUntil == 0) {
            quietUntil = System.nanoTime() + MINUTE.toNanos();
            LOG.error("messages wait that should be handed on: {}", Faults.describe(e));
        }
    }

    /** Waits until there is something to do; false when it is over. */
    private boolean await(Duration pause) {
        synchronized (lock) {
            long end = System.nanoTime() + pause.toNanos();
            long left = pause.toMillis();
            while (!isWoken && !isClosed && left > 0) {
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    isClosed = true;
                }
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            isWoken = false;
            return !isClosed;
        }
    }

    private void end() {
        workers.shutdown();
        synchronized (lock) {
            while (working > 0) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    LOG.debug("goes on waiting for what is on its way", e);
                }
            }
        }
        try {
            turn.give();
        } catch (IOException e) {
            LOG.warn("the folder is not given back: {}", Faults.describe(e));
        }
    }

    /** Does what there is to do, and says how long there is nothing more. */
    private Duration step() throws IOException {
        Instant now = clock.instant();
        if (!turn.isHeld()) {
            return begin(now) ? Duration.ZERO : hasYielded ? SECOND : SOON;
        }
        isYielding |= turn.isAskedFor();
        if (isYielding) {
            return handOver();
        }
        if (turn.wasCalled()) {
            scan();
        }
        dispatch(now);
        return pause(now);
    }

    private boolean begin(Instant now) throws IOException {
        if (hasYielded && System.nanoTime() - politeUntil < 0) {
            return false;
        }
        folder.prepare(now);
        if (!hasAsked) {
            turn.ask();
            hasAsked = true;
        }
        if (!turn.take()) {
            return false;
        }
        turn.ask();
        schedule.clear();
        scan();
        return true;
    }

    private Duration handOver() throws IOException {
        synchronized (lock) {
            if (working > 0) {
                return SECOND;
            }
        }
        isYielding = false;
        hasYielded = true;
        politeUntil = System.nanoTime() + COURTESY.toNanos();
        turn.give();
        schedule.clear();
        LOG.info("another instance hands the messages of {} on from now", folder.root());
        return SECOND;
    }

    private void scan() throws IOException {
        for (String id : folder.ids()) {
            if (!schedule.knows(id)) {
                readIn(id);
            }
        }
    }

    private void readIn(String id) throws IOException {
        try {
            Kept kept = folder.read(id);
            long octets = kept.start() + kept.length();
            Progress progress = folder.progress(kept);
            schedule.add(Entry.of(id, octets, kept.envelope(), progress, terms));
        } catch (NoSuchFileException e) {
            LOG.debug("{} has gone", id);
        } catch (Kept.DamagedException e) {
            folder.putAside(id, String.valueOf(e.getMessage()));
        }
    }

    private void dispatch(Instant now) {
        while (isFree()) {
            Optional<Entry> due = schedule.takeDue(now);
            if (due.isEmpty()) {
                break;
            }
            submit(due.get(), false);
        }
        while (isFree() && gate.enter(now)) {
            Optional<Entry> next = schedule.takeReady(now);
            if (next.isEmpty()) {
                gate.leave();
                break;
            }
            submit(next.get(), true);
        }
    }

    private boolean isFree() {
        synchronized (lock) {
            return working < concurrency;
        }
    }

    private void submit(Entry entry, boolean tries) {
        synchronized (lock) {
            working++;
        }
        workers.execute(() -> work(entry, tries));
    }

    private void work(Entry entry, boolean tries) {
        Optional<Entry> after = Optional.of(entry.notBefore(clock.instant().plus(MINUTE)));
        try {
            after = handing.look(entry, tries);
        } finally {
            settle(entry.id(), after);
            if (tries) {
                gate.leave();
            }
            synchronized (lock) {
                working--;
                isWoken = true;
                lock.notifyAll();
            }
        }
    }

    /** Says what became of a message that was taken out of the schedule. */
    void settle(String id, Optional<Entry> after) {
        after.ifPresentOrElse(schedule::putBack, () -> schedule.remove(id));
    }

    private Duration pause(Instant now) {
        if (!isFree()) {
            return SECOND;
        }
        Instant tried = schedule.nextTry(now);
        if (gate.isAway()) {
            Instant opens = gate.opens().orElse(Instant.MAX);
            tried = opens.isAfter(tried) ? opens : tried;
        }
        Instant due = schedule.nextDeadline();
        Instant next = tried.isBefore(due) ? tried : due;
        if (!next.isBefore(now.plus(SECOND))) {
            return SECOND;
        }
        Duration until = Duration.between(now, next);
        return until.isNegative() ? Duration.ZERO : until;
    }
}
