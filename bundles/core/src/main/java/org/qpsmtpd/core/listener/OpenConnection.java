package org.qpsmtpd.core.listener;

import java.util.concurrent.Executor;
import org.qpsmtpd.core.session.Endpoints;
import org.qpsmtpd.core.session.Session;

/** A connection as those who look after all of them see it. */
interface OpenConnection {
    Session session();

    Endpoints endpoints();

    /** Runs tasks on the connection's own thread. */
    Executor executor();

    /** Whether that thread is held up, or has ended. */
    boolean isStuck();

    /** Where its {@link LoopWatch} keeps it; -1 for nowhere. */
    int slot();

    void setSlot(int newSlot);

    /** Looks at the deadlines; called about once a second. */
    void tick(long now);

    /** Something went wrong with this connection that nobody knows how to mend: it is closed. */
    void failed(Throwable cause);

    /**
     * Ends the connection with 421 whatever it is doing; one that is ending already is closed at
     * once.
     */
    void kill();
}
