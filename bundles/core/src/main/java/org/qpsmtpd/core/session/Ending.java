package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PostConnectionHook;
import org.qpsmtpd.api.log.LogLevel;

/** The end of a session: runs its hooks in qpsmtpd's order, and lets go of everything. */
final class Ending {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final SmtpConnection connection;

    Ending(Transactions transactions) {
        this.transactions = transactions;
        turn = transactions.turn();
        talk = turn.talk();
        connection = turn.smtp();
    }

    /** To be called once, when the connection is closed. */
    void run() {
        if (connection.arrival().isReceiving()) {
            connection.arrival().end();
            talk.log(LogLevel.NOTICE, "Incomplete DATA, connection lost");
        }
        if (talk.isClosing()) {
            disconnectHooks(() -> transactions.reset(this::postConnection));
        } else {
            transactions.reset(() -> disconnectHooks(this::postConnection));
        }
    }

    private void disconnectHooks(Runnable then) {
        turn.ask(
                HookPoint.DISCONNECT,
                DisconnectHook.class,
                hook -> {
                    hook.onDisconnect(connection);
                    return HookResult.DECLINED;
                },
                result -> then.run());
    }

    private void postConnection() {
        turn.ask(
                HookPoint.POST_CONNECTION,
                PostConnectionHook.class,
                hook -> {
                    hook.onPostConnection(connection);
                    return HookResult.DECLINED;
                },
                result -> {
                    connection.clear();
                    turn.generation().leave();
                    talk.diary().close();
                    turn.engine().ended(talk.diary().log(), connection.remoteHost());
                });
    }
}
