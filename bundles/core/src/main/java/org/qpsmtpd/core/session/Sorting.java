package org.qpsmtpd.core.session;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.config.MixedVerdict;

/**
 * Keeps recipients that no queue plugin takes together, or of different classes, out of one
 * message: those of the first one's class are taken, others are to come in a message of their own.
 * The class of a recipient is its own value of {@code recipient_class}.
 */
final class Sorting {
    private static final Reply OTHER_CLASS =
            Reply.of(452, "4.5.3", "This recipient needs a message of its own");
    private static final Reply UNKNOWN =
            Reply.of(451, "4.3.0", "The recipient's settings are not known now, try again later");

    private final Turn turn;

    Sorting(Turn turn) {
        this.turn = turn;
    }

    /**
     * Asks for the recipient's class where that matters, and goes on.
     *
     * @param then runs when the recipient may be taken; otherwise it has had its reply
     */
    void admit(SmtpTransaction transaction, SmtpRecipient recipient, Runnable then) {
        if (turn.isLmtp() || transaction.mailParameters().has("prdr")) {
            then.run();
            return;
        }
        if (!isTakenWithFirst(transaction, recipient)) {
            turn.talk().reply(OTHER_CLASS);
            return;
        }
        if (turn.settings().mixedVerdict() != MixedVerdict.SORT) {
            then.run();
            return;
        }
        turn.lookUp(
                () -> classOf(recipient),
                (known, failure) -> known(transaction, known, failure, then));
    }

    private boolean isTakenWithFirst(SmtpTransaction transaction, SmtpRecipient recipient) {
        List<SmtpRecipient> before = transaction.recipientList().admitted();
        return before.isEmpty()
                || turn.plugins()
                        .takesTogether(
                                turn,
                                turn.connection(),
                                before.get(0).address(),
                                recipient.address());
    }

    private static String classOf(SmtpRecipient recipient) {
        return recipient.config().value(CoreFile.RECIPIENT_CLASS.file()).orElse("");
    }

    private void known(
            SmtpTransaction transaction,
            @Nullable String known,
            @Nullable Throwable failure,
            Runnable then) {
        if (known == null) {
            turn.talk().log(LogLevel.ERROR, "recipient_class cannot be told: " + failure);
            turn.talk().reply(UNKNOWN);
        } else if (transaction.recipientList().isOfClass(known)) {
            then.run();
        } else {
            turn.talk().reply(OTHER_CLASS);
        }
    }
}
