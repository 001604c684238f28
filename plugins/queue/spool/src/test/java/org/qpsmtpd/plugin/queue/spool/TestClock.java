package org.qpsmtpd.plugin.queue.spool;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until the test moves it. */
final class TestClock implements InstantSource {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private volatile Instant now = START;

    /** One thread moves it. */
    void advance(Duration by) {
        Instant next = now.plus(by);
        now = next;
    }

    @Override
    public Instant instant() {
        return now;
    }
}
