package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends reports when they are due. Between, no thread waits. */
final class Reporter {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration AFTER_A_FAULT = Duration.ofMinutes(5);

    private final Timetable timetable;
    private final Sending sending;
    private final Clock clock;
    private final Executor worker;
    private @Nullable CompletionStage<Void> alarm;
    private boolean isClosed;

    Reporter(Timetable timetable, Sending sending, Clock clock, Executor worker) {
        this.timetable = timetable;
        this.sending = sending;
        this.clock = clock;
        this.worker = worker;
    }

    void start() {
        wait(SHORTEST_WAIT);
    }

    private synchronized void wait(Duration time) {
        if (isClosed) {
            return;
        }
        CompletionStage<Void> next = clock.after(time);
        alarm = next;
        var unused = next.thenRun(this::wake);
    }

    private void wake() {
        try {
            worker.execute(this::look);
        } catch (RejectedExecutionException e) {
            LOG.debug("it is over", e);
        }
    }

    /** Begins nothing more. */
    synchronized void close() {
        isClosed = true;
        CompletionStage<Void> waiting = alarm;
        if (waiting != null) {
            waiting.toCompletableFuture().cancel(false);
        }
    }

    private synchronized boolean isOver() {
        return isClosed;
    }

    private void look() {
        Duration pause = AFTER_A_FAULT;
        try {
            pause = sendWhatIsDue();
        } catch (IOException | RuntimeException e) {
            LOG.warn("reports of DMARC wait: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        wait(pause);
    }

    /** Returns how long there is nothing more to do. */
    private Duration sendWhatIsDue() throws IOException, InterruptedException {
        timetable.plan(clock.now());
        Optional<Timetable.Due> due = timetable.next(clock.now());
        while (due.isPresent() && !isOver()) {
            if (!send(due.get())) {
                return AFTER_A_FAULT;
            }
            due = timetable.next(clock.now());
        }
        Instant now = clock.now();
        Duration pause = Duration.between(now, timetable.wakes(now));
        Duration bounded = pause.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : pause;
        return bounded.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : bounded;
    }

    /** Returns false when the hop is away, so that the other reports wait, too. */
    private boolean send(Timetable.Due due) throws IOException, InterruptedException {
        boolean isThere = false;
        Instant next = clock.now().plus(AFTER_A_FAULT);
        boolean isOver = false;
        try {
            Sending.Result result = sending.send(due.day(), due.domain(), false);
            isOver = result.state().isOver();
            next = result.state().until().plusSeconds(1);
            isThere = !result.isHopAway();
        } finally {
            if (!isOver) {
                timetable.again(due, next);
            }
        }
        return isThere;
    }
}
