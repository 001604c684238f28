package org.qpsmtpd.core.chain;

import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.worker.ChildPool;
import org.qpsmtpd.core.worker.InlineCalls;

/** What running a hook needs of the connection it runs for. */
public interface HookHost {
    /** The connection. */
    Connection connection();

    /** The connection's own thread: results are delivered there. */
    ScheduledExecutorService loop();

    /** Where calls on the connection's own thread are announced. */
    InlineCalls inlineCalls();

    /** The workers for hooks that may wait. */
    ChildPool children();

    /** The transaction; absent when none is open. */
    Optional<Transaction> openTransaction();

    /** Where plugins' reasons and failures are written. */
    LogRouter log();

    /** Marks the connection for the plugin naughty. */
    void defer(String plugin, Action type, String text);

    /** Takes the outcome of a call for the record of the session. */
    void decided(Outcome outcome);
}
