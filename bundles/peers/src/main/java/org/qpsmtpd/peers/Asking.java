package org.qpsmtpd.peers;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.PeerFailure;

/** An exchange on its way. Belongs to the event loop, but for its answer. */
final class Asking<T> {
    final Exchange<T> exchange;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    final long due;

    /** Whether the connection is held behind the answer. */
    final boolean holds;

    /** Which backends have failed. */
    final Set<Backend> tried = new HashSet<>();

    boolean isWaiting;
    @Nullable PeerFailure last;
    @Nullable Attempt<T> attempt;
    @Nullable Future<?> timer;

    /** The connection; there when it is held and the answer is. */
    @Nullable HeldLine<T> line;

    /**
     * @param due by {@link System#nanoTime}
     */
    Asking(Exchange<T> exchange, boolean holds, long due) {
        this.exchange = exchange;
        this.holds = holds;
        this.due = due;
    }

    boolean isOver() {
        return answer.isDone();
    }

    /** Called once. */
    void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
