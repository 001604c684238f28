package org.qpsmtpd.core.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.MailParseHook;
import org.qpsmtpd.api.hook.MailPreHook;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.core.message.Characters;

/** The verb MAIL. */
final class MailVerb {
    private static final String BAD_SENDER = "could not parse your mail from command";

    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;
    private final PathReader paths;

    MailVerb(PathReader paths) {
        this.paths = paths;
        transactions = paths.transactions();
        turn = transactions.turn();
        talk = turn.talk();
    }

    void mail(String argument) {
        transactions.reset(
                () -> {
                    if (turn.smtp().hello() == Hello.NONE) {
                        talk.reply(Replies.SAY_HELLO);
                        return;
                    }
                    turn.connection().notes().put(NoteKey.ENVELOPE_FROM, argument);
                    Parsers.choose(
                            turn,
                            HookPoint.MAIL_PARSE,
                            argument,
                            MailParseHook.class,
                            MailParseHook::onMailParse,
                            rest ->
                                    EsmtpParameter.check(
                                            PathArgument.parse(rest, "from"),
                                            EsmtpParameters.OF_MAIL,
                                            turn.offered()),
                            this::mailParsed);
                });
    }

    private void mailParsed(ParsedCommand command) {
        if (!paths.isGood(command)) {
            return;
        }
        Parameters parameters = trusted(command.parameters());
        Reply fault = applyParameters(parameters);
        if (fault != null) {
            talk.reply(fault);
            return;
        }
        SmtpTransaction transaction = transactions.current();
        transaction.begin();
        talk.router().messageBegan(transaction.connection().id(), transaction.id());
        turn.ask(
                HookPoint.MAIL_PRE,
                MailPreHook.class,
                hook -> hook.onMailPre(transaction, command.argument(), parameters),
                result -> mailRead(PathReader.replaced(result, command.argument()), parameters));
    }

    /** Only who has authenticated itself is believed whose message it is (RFC 4954 section 5). */
    private Parameters trusted(Parameters given) {
        if (!given.has("auth") || !turn.smtp().authUser().isEmpty()) {
            return given;
        }
        Map<String, String> values = new HashMap<>(given.values());
        values.put("auth", "<>");
        return new Parameters(values);
    }

    private void mailRead(String path, Parameters parameters) {
        Address sender = isNullSender(path) ? Address.NULL : paths.read(path, BAD_SENDER, "5.1.7");
        if (sender == null) {
            return;
        }
        SmtpTransaction transaction = transactions.current();
        turn.ask(
                HookPoint.MAIL,
                MailHook.class,
                hook -> hook.onMail(transaction, sender, parameters),
                result -> answerMail(result, transaction, sender));
    }

    /** What qpsmtpd takes for the null sender. */
    private static boolean isNullSender(String path) {
        return path.equals("<>") || path.equals("<#@[]>") || path.contains("[undefined]");
    }

    private void answerMail(HookResult result, SmtpTransaction transaction, Address sender) {
        String shown = sender.format();
        Action action = result.action();
        if (action.refuses()) {
            String kind = action.isTemporary() ? "denysoft" : "deny";
            talk.log(LogLevel.INFO, kind + " mail from " + shown + " (" + result.text() + ")");
            int code =
                    switch (action) {
                        case DENYSOFT -> 450;
                        case DENYSOFT_DISCONNECT -> 421;
                        case DENY, DENY_DISCONNECT, OK, DECLINED, DONE -> 550;
                    };
            String usual = action.isTemporary() ? ", temporarily denied" : ", denied";
            talk.refuse(result, code, "7.1", shown + usual);
            if (action.disconnects()) {
                talk.disconnect();
            }
        } else if (action == Action.DONE) {
            talk.done(result);
        } else {
            transaction.setSender(sender);
            talk.reply(
                    Reply.of(
                            250,
                            "2.1.0",
                            shown + ", sender OK - how exciting to get mail from you!"));
        }
    }

    /** Reads SIZE, BODY and SMTPUTF8; a reply when one of them cannot be granted, else null. */
    private @Nullable Reply applyParameters(Parameters parameters) {
        Reply size = checkSize(parameters);
        if (size != null) {
            return size;
        }
        Optional<BodyType> body = bodyType(parameters);
        if (body.isEmpty()) {
            return Reply.of(501, "5.5.4", "BODY is not one that this server offers");
        }
        if (parameters.has("smtputf8") && !turn.settings().takesUtf8()) {
            return Reply.of(555, "5.5.4", "SMTPUTF8 is not one that this server offers");
        }
        transactions
                .current()
                .setMailParameters(parameters, body.get(), parameters.has("smtputf8"));
        return null;
    }

    private @Nullable Reply checkSize(Parameters parameters) {
        Optional<String> given = parameters.get("size");
        if (given.isEmpty()) {
            return null;
        }
        String size = given.get();
        if (size.length() > 20 || !Characters.areDigits(size)) {
            return Reply.of(501, "5.5.4", "SIZE is not a number");
        }
        long limit = turn.settings().maxOctets();
        boolean tooBig = size.length() > 18 || Long.parseLong(size) > limit;
        return limit > 0 && tooBig ? Replies.MESSAGE_TOO_BIG : null;
    }

    private Optional<BodyType> bodyType(Parameters parameters) {
        String body = parameters.get("body").orElse("7BIT");
        if (body.equalsIgnoreCase("7BIT")) {
            return Optional.of(BodyType.SEVEN_BIT);
        }
        if (body.equalsIgnoreCase("8BITMIME")) {
            return Optional.of(BodyType.EIGHT_BIT_MIME);
        }
        boolean binary = body.equalsIgnoreCase("BINARYMIME") && turn.plugins().takesBinary();
        return binary ? Optional.of(BodyType.BINARY_MIME) : Optional.empty();
    }
}
