package org.qpsmtpd.plugin.queue.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.qpsmtpd.api.mail.DeliveryNotice;

/**
 * When what is done.
 *
 * @param first until the second try; twice as long each further time
 * @param longest between two tries
 * @param giveUp after which a message goes back
 * @param warnAfter after which a sender is told that it is late; zero for never
 */
record Terms(Duration first, Duration longest, Duration giveUp, Duration warnAfter) {
    /** By how much a wait may be shorter, so that what failed together is not tried together. */
    private static final double JITTER = 0.2;

    /**
     * How long to wait.
     *
     * @param tries how many there were
     * @param chance from 0 to 1
     */
    Duration wait(int tries, double chance) {
        double seconds = first.toSeconds() * Math.pow(2, Math.max(0, tries - 1));
        double bounded = Math.min((double) longest.toSeconds(), seconds);
        return Duration.ofMillis((long) (bounded * 1000 * (1 - JITTER * chance)));
    }

    /** When the message goes back. */
    Instant end(Envelope envelope) {
        Instant age = envelope.arrival().plus(giveUp);
        boolean isReturned = envelope.deliverBy().map(by -> by.isReturned()).orElse(false);
        return isReturned ? earlier(age, envelope.due()) : age;
    }

    /** When its sender is told that it is late. */
    Optional<Instant> warning(Envelope envelope, Progress progress) {
        boolean isOff = warnAfter.isZero() || progress.isWarned();
        return isOff || !isWished(envelope, progress, Set.of(DeliveryNotice.DELAY))
                ? Optional.empty()
                : Optional.of(envelope.arrival().plus(warnAfter));
    }

    /** When its sender is told that the moment has passed that BY names. */
    Optional<Instant> overdue(Envelope envelope, Progress progress) {
        boolean isTold = envelope.deliverBy().map(by -> !by.isReturned()).orElse(false);
        Set<DeliveryNotice> any = Set.of(DeliveryNotice.values());
        return isTold && !progress.isOverdue() && isWished(envelope, progress, any)
                ? envelope.due()
                : Optional.empty();
    }

    /** When something must be done about it. */
    Instant deadline(Envelope envelope, Progress progress) {
        Instant end = end(envelope);
        Instant warned = earlier(end, warning(envelope, progress));
        return earlier(warned, overdue(envelope, progress));
    }

    /** Whether anybody who waits has one of these wishes. */
    private static boolean isWished(
            Envelope envelope, Progress progress, Set<DeliveryNotice> wishes) {
        if (envelope.sender().isNull()) {
            return false;
        }
        for (int i = 0; i < envelope.recipients().size(); i++) {
            boolean isWaiting = progress.state(i) == Progress.State.WAITING;
            if (isWaiting
                    && envelope.recipients().get(i).wishes().stream().anyMatch(wishes::contains)) {
                return true;
            }
        }
        return false;
    }

    private static Instant earlier(Instant one, Optional<Instant> other) {
        return other.filter(moment -> moment.isBefore(one)).orElse(one);
    }
}
