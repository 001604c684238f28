package org.qpsmtpd.api.dnslist;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;

/**
 * Whether a list can be believed, and how often it was asked. A list that cannot is not asked for
 * an hour, one that does not answer for a minute; the log says so when it begins. Safe for use by
 * several threads.
 */
final class ListHealth {
    private static final Logger LOG = System.getLogger(ListHealth.class.getName());

    private static final Duration OFF = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration TRIED_FOR = Duration.ofHours(1);
    private static final int MAX_FAILURES = 10;

    private final String zone;
    private final ListSubject.Kind kind;
    private final LongAdder asked = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicBoolean trying = new AtomicBoolean();
    private volatile Instant offUntil = Instant.MIN;
    private volatile Instant triedUntil = Instant.MIN;
    private final CompletableFuture<Boolean> firstTrial = new CompletableFuture<>();
    private volatile CompletionStage<Boolean> trial = firstTrial;

    /** What the test of a list found. */
    enum Trial {
        /** It works. */
        FIT,
        /** Something that is never listed is. */
        LISTS_ALL,
        /** Something that is always listed is not. */
        LISTS_NOTHING,
        /** It did not answer. */
        UNKNOWN
    }

    ListHealth(String zone, ListSubject.Kind kind) {
        this.zone = zone;
        this.kind = kind;
    }

    boolean isOff(Instant now) {
        return now.isBefore(offUntil);
    }

    /** Whether the list is to be tried; true once for each time that it is. */
    boolean beginsTrial(Instant now) {
        return !now.isBefore(triedUntil) && trying.compareAndSet(false, true);
    }

    /** Whether the list can be believed, once the test that runs or ran last has ended. */
    CompletionStage<Boolean> trial() {
        return trial;
    }

    void trialRuns(CompletionStage<Boolean> running) {
        trial = running;
    }

    /**
     * Takes the end of a test.
     *
     * @return whether the list can be believed
     */
    boolean tried(Trial found, Instant now) {
        triedUntil = now.plus(found == Trial.UNKNOWN ? PAUSE : TRIED_FOR);
        switch (found) {
            case LISTS_ALL -> alarm("it lists what no list has (RFC 5782, 5)", now);
            case LISTS_NOTHING -> missing(now);
            case FIT, UNKNOWN -> {}
        }
        boolean isFit = !isOff(now);
        firstTrial.complete(isFit);
        trying.set(false);
        return isFit;
    }

    /** Lists of domains often lack the entry; many lists have no address of IPv6 at all. */
    private void missing(Instant now) {
        if (kind == ListSubject.Kind.IPV4) {
            alarm(
                    "it does not have the entry that each list has (RFC 5782, 5); a list without"
                            + " needs the option self_test off",
                    now);
        }
        if (kind == ListSubject.Kind.IPV6) {
            offUntil = now.plus(OFF);
            LOG.log(Level.INFO, () -> zone + " has no addresses of IPv6");
        }
    }

    /** Does not have the list asked for a while. */
    void alarm(String why, Instant now) {
        if (isOff(now)) {
            return;
        }
        offUntil = now.plus(OFF);
        LOG.log(
                Level.ERROR,
                () -> zone + " is not asked for " + OFF.toMinutes() + " minutes: " + why);
    }

    void asked() {
        asked.increment();
    }

    void answered(boolean isHit) {
        failuresInARow.set(0);
        if (isHit) {
            hits.increment();
        }
    }

    void failed(Instant now) {
        failed.increment();
        if (failuresInARow.incrementAndGet() < MAX_FAILURES || isOff(now)) {
            return;
        }
        failuresInARow.set(0);
        offUntil = now.plus(PAUSE);
        LOG.log(
                Level.WARNING,
                () ->
                        zone
                                + " is not asked for "
                                + PAUSE.toSeconds()
                                + " seconds: it did not answer "
                                + MAX_FAILURES
                                + " times in a row");
    }

    List<Figure> figures(String prefix, Instant now) {
        return List.of(
                Figure.counter(prefix + "_asked", asked.sum()),
                Figure.counter(prefix + "_hits", hits.sum()),
                Figure.counter(prefix + "_failed", failed.sum()),
                Figure.gauge(prefix + "_off", isOff(now) ? 1 : 0));
    }
}
