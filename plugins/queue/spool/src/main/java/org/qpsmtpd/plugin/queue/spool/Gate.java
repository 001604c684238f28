package org.qpsmtpd.plugin.queue.spool;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the target is there. While it is away, one message at a time finds out whether it is
 * back, after a tenth of the first wait and then twice as long each time up to it; no other is
 * tried.
 */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** So many messages in a row whose sessions broke off say that it is no target any more. */
    private static final int BROKEN = 5;

    private static final int FIRST_PART = 10;

    private final Duration longest;
    private int failures;
    private int broken;
    private boolean isProbed;
    private Instant opens = Instant.MIN;
    private Optional<Said> last = Optional.empty();

    /**
     * @param longest between two looks
     */
    Gate(Duration longest) {
        this.longest = longest;
    }

    /** Whether a message may be tried now. Whoever is told so says what came of it. */
    synchronized boolean enter(Instant now) {
        if (failures == 0) {
            return true;
        }
        if (isProbed || now.isBefore(opens)) {
            return false;
        }
        isProbed = true;
        return true;
    }

    /** The target answered. */
    synchronized void answered() {
        if (failures > 0) {
            LOG.info("the next hop is back");
        }
        failures = 0;
        broken = 0;
        isProbed = false;
        last = Optional.empty();
    }

    /** The target cannot be reached. */
    synchronized void unreachable(Said said) {
        isProbed = false;
        if (failures > 0 && said.at().isBefore(opens)) {
            return; // of those that were on their way when the first one said so
        }
        Duration wait = wait(failures);
        if (failures == 0) {
            LOG.warn("the next hop is away: {}; messages wait until it is back", said.shown());
        }
        failures++;
        opens = said.at().plus(wait);
        last = Optional.of(said);
    }

    /** The session of a message broke off. */
    synchronized void broke(Said said) {
        broken++;
        isProbed = false;
        if (broken >= BROKEN || failures > 0) {
            unreachable(said);
        }
    }

    /** A message that was let in was not tried. */
    synchronized void leave() {
        isProbed = false;
    }

    /** Has the next look made now. */
    synchronized void open() {
        opens = Instant.MIN;
    }

    synchronized boolean isAway() {
        return failures > 0;
    }

    /** When the next look is made, where it is away. */
    synchronized Optional<Instant> opens() {
        return failures == 0 || isProbed ? Optional.empty() : Optional.of(opens);
    }

    /** Why it is away. */
    synchronized Optional<Said> last() {
        return last;
    }

    private Duration wait(int before) {
        long first = Math.max(100, longest.toMillis() / FIRST_PART);
        return Duration.ofMillis(Math.min(longest.toMillis(), first << Math.min(before, 10)));
    }
}
