package org.qpsmtpd.core.session;

import org.qpsmtpd.api.log.LogLevel;

/** The verb XCLIENT: a client that is trusted speaks for another one. */
final class XclientVerb {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final Opening opening;

    XclientVerb(Transactions transactions, Opening opening) {
        this.transactions = transactions;
        this.opening = opening;
        turn = transactions.turn();
        talk = turn.talk();
    }

    /** Whether it is a command for anybody. */
    boolean isKnown() {
        return turn.engine().knowsXclient();
    }

    /** Whether the client may speak for others: it is asked before it does so. */
    boolean isOffered() {
        return turn.engine().takesXclientFrom(turn.smtp().ownAddress());
    }

    void xclient(String argument) {
        if (!isOffered()) {
            talk.log(LogLevel.NOTICE, "XCLIENT from a stranger");
            talk.reply(Replies.XCLIENT_REFUSED);
            return;
        }
        SmtpTransaction current = transactions.currentOrNull();
        if (current != null && current.hasSender()) {
            talk.reply(Replies.IN_TRANSACTION);
            return;
        }
        try {
            Xclient behind = Xclient.parse(argument);
            transactions.reset(() -> speakFor(behind));
        } catch (IllegalArgumentException e) {
            talk.reply(Reply.of(501, "5.5.4", "Bad XCLIENT: " + e.getMessage()));
        }
    }

    private void speakFor(Xclient behind) {
        turn.smtp().speakFor(behind);
        talk.log(LogLevel.NOTICE, "XCLIENT: speaks for " + turn.smtp().remoteIp());
        opening.beginAnew();
    }
}
