package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.RcptParseHook;
import org.qpsmtpd.api.hook.RcptPostHook;
import org.qpsmtpd.api.hook.RcptPreHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.NoteKey;

/** The verb RCPT. */
final class RcptVerb {
    private static final String BAD_RECIPIENT = "could not parse recipient";

    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final PathReader paths;
    private final Sorting sorting;

    RcptVerb(PathReader paths) {
        this.paths = paths;
        transactions = paths.transactions();
        turn = transactions.turn();
        sorting = new Sorting(turn);
        talk = turn.talk();
    }

    void rcpt(String argument) {
        turn.connection().notes().put(NoteKey.ENVELOPE_RCPT, argument);
        Parsers.choose(
                turn,
                HookPoint.RCPT_PARSE,
                argument,
                RcptParseHook.class,
                RcptParseHook::onRcptParse,
                rest ->
                        EsmtpParameter.check(
                                PathArgument.parse(rest, "to"),
                                EsmtpParameters.OF_RCPT,
                                turn.offered()),
                this::rcptParsed);
    }

    private void rcptParsed(ParsedCommand command) {
        SmtpTransaction transaction = transactions.currentOrNull();
        if (transaction == null || !transaction.hasSender()) {
            talk.reply(Replies.MAIL_BEFORE_RCPT);
            return;
        }
        if (transaction.isMessageBegun()) {
            talk.reply(Replies.RCPT_AFTER_BDAT);
            return;
        }
        if (!paths.isGood(command)) {
            return;
        }
        if (transaction.recipientList().kept() >= turn.lookUps().mostRecipients()) {
            talk.reply(Replies.TOO_MANY_RECIPIENTS);
            return;
        }
        if (transaction.isLarge() && turn.engine().budget().isSpent()) {
            talk.reply(Replies.NO_ROOM);
            return;
        }
        Parameters parameters = command.parameters();
        turn.ask(
                HookPoint.RCPT_PRE,
                RcptPreHook.class,
                hook -> hook.onRcptPre(transaction, command.argument(), parameters),
                result ->
                        rcptRead(
                                transaction,
                                PathReader.replaced(result, command.argument()),
                                parameters));
    }

    private void rcptRead(SmtpTransaction transaction, String path, Parameters parameters) {
        Address address = paths.read(path, BAD_RECIPIENT, "5.1.3");
        if (address == null) {
            return;
        }
        if (address.isNull()) {
            talk.reply(Reply.of(501, "5.1.3", BAD_RECIPIENT));
            return;
        }
        SmtpRecipient recipient = new SmtpRecipient(address, parameters, turn.lookUps());
        turn.ask(
                HookPoint.RCPT,
                RcptHook.class,
                hook -> hook.onRcpt(transaction, recipient),
                result -> answerRcpt(result, transaction, recipient));
    }

    private void answerRcpt(
            HookResult result, SmtpTransaction transaction, SmtpRecipient recipient) {
        switch (result.action()) {
            case OK -> sorting.admit(transaction, recipient, () -> ask(transaction, recipient));
            case DECLINED ->
                    talk.reply(Reply.of(450, "4.7.1", "No plugin decided if relaying is allowed"));
            default -> answerOtherwise(result, "relaying denied");
        }
    }

    /** Asks those who deliver about a recipient that may be taken. */
    private void ask(SmtpTransaction transaction, SmtpRecipient recipient) {
        turn.ask(
                HookPoint.RCPT_POST,
                RcptPostHook.class,
                hook -> hook.onRcptPost(transaction, recipient),
                result -> answerAccepted(result, transaction, recipient));
    }

    private void answerAccepted(
            HookResult result, SmtpTransaction transaction, SmtpRecipient recipient) {
        switch (result.action()) {
            case OK, DECLINED -> {
                transaction.admit(recipient);
                String usual = recipient.address().format() + ", recipient ok";
                talk.reply(
                        Reply.coded(250, "1.5", result.text().isEmpty() ? usual : result.text()));
            }
            default -> answerOtherwise(result, "delivery denied");
        }
    }

    private void answerOtherwise(HookResult result, String usual) {
        if (result.action() == Action.DONE) {
            talk.done(result);
            return;
        }
        int code =
                switch (result.action()) {
                    case DENYSOFT -> 450;
                    case DENYSOFT_DISCONNECT -> 421;
                    case DENY, DENY_DISCONNECT, OK, DECLINED, DONE -> 550;
                };
        boolean isLast = result.action() == Action.DENY_DISCONNECT;
        talk.refuse(result, code, "7.1", isLast ? "delivery denied" : usual);
        if (result.action().disconnects()) {
            talk.disconnect();
        }
    }
}
