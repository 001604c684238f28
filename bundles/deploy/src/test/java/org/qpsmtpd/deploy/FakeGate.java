package org.qpsmtpd.deploy;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.core.gate.Gate;

/** Counts the requests for a new set of plugins. */
final class FakeGate implements Gate {
    private final Semaphore requests = new Semaphore(0);

    @Override
    public void renew() {
        requests.release();
    }

    /** Waits for a request, and takes those that came with it as one. */
    void awaitRenewal() throws InterruptedException {
        if (!requests.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no new set of plugins was asked for");
        }
        requests.drainPermits();
    }
}
