package org.qpsmtpd.dns.transport;

import java.io.IOException;
import org.qpsmtpd.dns.message.Query;

/** A query that has been sent, and waits for its answer. Belongs to the loop. */
public final class Exchange {
    private final Query query;
    private final Listener listener;
    private Runnable atEnd = () -> {};
    private boolean over;

    /** Is told what came of a query, once, on the loop. */
    public interface Listener {
        /**
         * A message that repeats the question.
         *
         * @param fit whether it repeats the case of letters, too
         */
        void answered(byte[] message, Query.Fit fit);

        /** The query cannot be sent, or the server takes none. */
        void failed(IOException why);
    }

    /** A query and whom to tell of the answer. */
    public Exchange(Query query, Listener listener) {
        this.query = query;
        this.listener = listener;
    }

    Query query() {
        return query;
    }

    /** What is to be given back when it is over. */
    void atEnd(Runnable giveBack) {
        atEnd = giveBack;
    }

    /** Whether it has been answered, has failed or is not waited for. */
    boolean isOver() {
        return over;
    }

    /** Nobody waits for the answer any more. */
    public void cancel() {
        if (!over) {
            over = true;
            atEnd.run();
        }
    }

    void answered(byte[] message, Query.Fit fit) {
        if (!over) {
            cancel();
            listener.answered(message, fit);
        }
    }

    void failed(IOException why) {
        if (!over) {
            cancel();
            listener.failed(why);
        }
    }
}
