package org.qpsmtpd.plugin.mtahooks;

import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.http.HttpAnswer;

/** Does what a service answers. */
final class Judgement {
    private static final int ACCEPTED = 250;
    private static final String TAKEN = "Message accepted";

    private final String name;
    private final boolean makesChanges;
    private final PluginState<Fate> fates = new PluginState<>(Fate::new);

    /** What is known of a message before its end. */
    private static final class Fate {
        boolean isDiscarded;
    }

    /**
     * @param name of the service, for the log
     * @param makesChanges whether the changes that it wants are made
     */
    Judgement(String name, boolean makesChanges) {
        this.name = name;
        this.makesChanges = makesChanges;
    }

    /** Of a client. */
    HookResult ofClient(HookStage stage, HttpAnswer said) {
        Answer answer = Answer.parse(said, stage, AddressSyntax.LENIENT);
        return answer.verdict() == Verdict.REJECT ? refusal(answer) : accepted("");
    }

    /** Of a sender or a recipient. */
    HookResult ofEnvelope(HookStage stage, Transaction transaction, HttpAnswer said) {
        Answer answer = Answer.parse(said, stage, syntax(transaction));
        return switch (answer.verdict()) {
            case ACCEPT -> accepted("");
            case REJECT -> refusal(answer);
            case DISCARD -> {
                fates.of(transaction).isDiscarded = true;
                yield HookResult.pass(name + " discards the message at " + stage.word());
            }
            case QUARANTINE -> {
                quarantine(transaction, answer);
                yield accepted(", for quarantine");
            }
        };
    }

    /** Whether the message was discarded before its end. */
    boolean isDiscarded(Transaction transaction) {
        return fates.of(transaction).isDiscarded;
    }

    /** Of a message, which is changed. */
    HookResult ofMessage(Transaction transaction, MessageEditor message, HttpAnswer said) {
        Answer answer = Answer.parse(said, HookStage.DATA, syntax(transaction));
        if (answer.verdict() == Verdict.REJECT) {
            return refusal(answer);
        }
        if (answer.verdict() == Verdict.DISCARD) {
            return discarded();
        }
        if (makesChanges) {
            answer.changes().forEach(change -> change.make(message));
        }
        if (message.isForNobody()) {
            return discarded();
        }
        boolean isSuspicious = answer.verdict() == Verdict.QUARANTINE;
        if (isSuspicious) {
            quarantine(transaction, answer);
        }
        return accepted(changes(answer) + (isSuspicious ? ", for quarantine" : ""));
    }

    private static AddressSyntax syntax(Transaction transaction) {
        return transaction.smtpUtf8() ? AddressSyntax.LENIENT_UTF8 : AddressSyntax.LENIENT;
    }

    private void quarantine(Transaction transaction, Answer answer) {
        String why = answer.reply().message();
        transaction.quarantine(why.isEmpty() ? name + " wants it" : name + ": " + why);
    }

    private HookResult accepted(String more) {
        return HookResult.pass(name + " accepts" + more);
    }

    private String changes(Answer answer) {
        int count = answer.changes().size();
        if (count == 0) {
            return "";
        }
        return ", "
                + count
                + (count == 1 ? " change" : " changes")
                + (makesChanges ? "" : " not made");
    }

    private HookResult refusal(Answer answer) {
        HookResult refusal = answer.reply().refusal();
        return refusal.because("fail: " + name + " rejects: " + refusal.text());
    }

    /** The answer to the end of a message that nobody is to get. */
    HookResult discarded() {
        return HookResult.done(ACCEPTED, TAKEN).because("pass: " + name + " discards the message");
    }
}
