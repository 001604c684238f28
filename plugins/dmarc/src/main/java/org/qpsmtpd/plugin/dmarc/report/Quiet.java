package org.qpsmtpd.plugin.dmarc.report;

import java.time.Duration;
import java.time.Instant;
import org.qpsmtpd.api.service.Clock;

/** Lets a line be written only now and then. Safe for use by several threads. */
final class Quiet {
    private final Clock clock;
    private final Duration between;
    private Instant next = Instant.MIN;

    Quiet(Clock clock, Duration between) {
        this.clock = clock;
        this.between = between;
    }

    synchronized boolean isTime() {
        Instant now = clock.now();
        if (now.isBefore(next)) {
            return false;
        }
        next = now.plus(between);
        return true;
    }
}
