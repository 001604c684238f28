package org.qpsmtpd.plugin.milter;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.filter.MessageEditor;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.session.Transaction;

/**
 * What is done at the end of a message's data: the filter is told of the message, and what it says
 * is carried out and answered.
 */
record EndOfData(
        Transaction transaction,
        Dialogue dialogue,
        Message message,
        Editor editor,
        Answers answers) {

    /**
     * Made ready.
     *
     * @param files where files are written
     * @throws PeerFailure when the filter knows nothing of the sender
     */
    static EndOfData of(
            Transaction transaction,
            Dialogue dialogue,
            Macros macros,
            Executor files,
            Answers answers) {
        MessageEditor shown = MessageEditor.of(transaction);
        Message message =
                dialogue.message(macros, shown.header().octets(), transaction.body(), files);
        Editor editor = new Editor(transaction, shown);
        return new EndOfData(transaction, dialogue, message, editor, answers);
    }

    /** Tells of the message; the answer comes when the filter has judged it. */
    HookResult answer() {
        return HookResult.later(held(dialogue.of(message.tell())), this::goOn);
    }

    /** A stage that does not fail, so that its failure is answered later. */
    private static CompletionStage<CompletionStage<Message.Outcome>> held(
            CompletionStage<Message.Outcome> told) {
        return told.handle((outcome, failure) -> told);
    }

    private HookResult goOn(CompletionStage<Message.Outcome> told) {
        CompletableFuture<Message.Outcome> now = told.toCompletableFuture();
        boolean wantsFile = !now.isCompletedExceptionally() && now.join().ruling() == null;
        if (!wantsFile) {
            return answers.scans().answer(told, this::judge);
        }
        try {
            message.newBody().setFile(transaction.temporaryFile());
        } catch (IOException e) {
            dialogue.reset();
            String why = "no file for the new body: " + e.getMessage();
            return answers.failed(new PeerFailure(Kind.FAULT, why));
        }
        return answers.scans().answer(dialogue.of(message.resume()), this::judge);
    }

    private HookResult judge(Message.Outcome outcome) {
        Ruling ruling = Objects.requireNonNull(outcome.ruling(), "a ruling");
        return switch (ruling.does()) {
            case REFUSE, DEFER, CLOSE -> ruling.answer(answers.name());
            case DISCARD -> ruling.discarded(answers.name());
            case CONTINUE, SKIP, ACCEPT -> accept(ruling);
        };
    }

    private HookResult accept(Ruling ruling) {
        editor.apply(message.changes(), message.newBody());
        return editor.isForNobody() ? ruling.discarded(answers.name()) : HookResult.pass(summary());
    }

    private String summary() {
        int changes = message.changes().size();
        return answers.name()
                + " accepts, "
                + (changes == 0 ? "no" : Integer.toString(changes))
                + (changes == 1 ? " change" : " changes")
                + (message.newBody().isThere() ? " and a new body" : "");
    }
}
