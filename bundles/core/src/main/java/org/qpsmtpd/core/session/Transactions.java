package org.qpsmtpd.core.session;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.log.LogLevel;

/** The transactions of a session, one after the other. */
final class Transactions {
    private final Turn turn;
    private final Talk talk;
    private final SmtpConnection connection;
    private int begun;

    Transactions(Turn turn) {
        this.turn = turn;
        talk = turn.talk();
        connection = turn.smtp();
    }

    Turn turn() {
        return turn;
    }

    @Nullable SmtpTransaction currentOrNull() {
        return connection.transaction();
    }

    /** The transaction; one is begun when there is none. */
    SmtpTransaction current() {
        SmtpTransaction current = connection.transaction();
        return current == null ? begin() : current;
    }

    private SmtpTransaction begin() {
        begun++;
        SmtpTransaction transaction =
                new SmtpTransaction(
                        connection.id() + "-" + begun,
                        connection,
                        connection::authenticationResults,
                        turn.isLmtp(),
                        turn.lookUps(),
                        turn.engine().spool(),
                        talk::log);
        connection.setTransaction(transaction);
        return transaction;
    }

    /** Drops the transaction; a new one takes its place. */
    void reset(Runnable then) {
        connection.arrival().abandon();
        SmtpTransaction old = connection.transaction();
        if (old == null) {
            then.run();
            return;
        }
        turn.ask(
                HookPoint.RESET_TRANSACTION,
                ResetTransactionHook.class,
                hook -> {
                    hook.onResetTransaction(old);
                    return HookResult.DECLINED;
                },
                result -> {
                    talk.diary().ended(old);
                    talk.router().messageEnded(connection.id());
                    discard(old);
                    begin();
                    then.run();
                });
    }

    private void discard(SmtpTransaction old) {
        if (old.hasFiles()) {
            old.forget(); // what waits for a child takes no memory meanwhile
            turn.children().execute(() -> delete(old));
        } else {
            delete(old);
        }
    }

    private void delete(SmtpTransaction old) {
        try {
            old.discard();
        } catch (IOException e) {
            talk.log(LogLevel.ERROR, "spool file cannot be deleted: " + e.getMessage());
        }
    }
}
