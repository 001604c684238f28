package org.qpsmtpd.core.worker;

import java.util.concurrent.Executor;

/**
 * The children, as those see them who hand them requests. A request that is executed in the usual
 * way does not wait behind a plugin that holds more than half of them.
 */
public interface ChildPool extends Executor {
    /** How many children there may be. */
    int most();

    /** So many of them one plugin may hold, and it is not yet too many for the others. */
    int half();

    /** Runs a request of a plugin that holds more than half: when its turn comes. */
    void executeInTurn(Runnable request);

    /**
     * A plugin holds more than half from now on, or no longer.
     *
     * @param change 1 or -1
     */
    void hogs(int change);
}
