package org.qpsmtpd.peers;

import java.util.concurrent.TimeUnit;

/** Whether a backend is asked: not for a while when it has failed again and again. */
final class Breaker {
    private final int most;
    private final long pauseNanos;
    private int failures;
    private boolean isOpen;
    private boolean isTried;
    private long until;

    Breaker(int most, long pauseNanos) {
        this.most = most;
        this.pauseNanos = pauseNanos;
    }

    /** Whether the backend may be asked now. */
    boolean admits(long now) {
        return !isOpen || (!isTried && now - until >= 0);
    }

    /** Says that it is asked; where it was left out, nobody else asks until there is an answer. */
    void asked() {
        isTried = isOpen;
    }

    /** It has answered; true when it had been left out. */
    boolean good() {
        boolean news = isOpen;
        failures = 0;
        isOpen = false;
        isTried = false;
        return news;
    }

    /** It has failed; true when it is left out from now on. */
    boolean bad(long now) {
        failures++;
        if (failures < most) {
            return false;
        }
        boolean news = !isOpen;
        isOpen = true;
        isTried = false;
        until = now + pauseNanos;
        return news;
    }

    /** The question was withdrawn, which says nothing of the backend. */
    void withdrawn() {
        isTried = false;
    }

    boolean isOpen() {
        return isOpen;
    }

    /** How long it is still left out, in whole seconds, at least 1. */
    long secondsLeft(long now) {
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(until - now));
    }
}
