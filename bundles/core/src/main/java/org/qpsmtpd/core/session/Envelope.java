package org.qpsmtpd.core.session;

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
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.hook.RcptParseHook;
import org.qpsmtpd.api.hook.RcptPreHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Hello;
import org.qpsmtpd.core.message.Characters;

/** The verbs MAIL and RCPT. */
final class Envelope {
    private static final String BAD_SENDER = "could not parse your mail from command";
    private static final String BAD_RECIPIENT = "could not parse recipient";

    /** Those of what EHLO offers, and those of DSN, which smtp-forward passes on. */
    private static final Map<String, EsmtpParameter> OF_MAIL =
            Map.of(
                    "size", EsmtpParameter.upTo(20),
                    "body", EsmtpParameter.upTo(20),
                    "smtputf8", EsmtpParameter.upTo(0),
                    "ret", EsmtpParameter.upTo(4),
                    "envid", EsmtpParameter.upTo(100));

    private static final Map<String, EsmtpParameter> OF_RCPT =
            Map.of(
                    "notify", EsmtpParameter.upTo(28),
                    "orcpt", EsmtpParameter.upTo(500));

    private final Session session;

    Envelope(Session session) {
        this.session = session;
    }

    // ---- MAIL

    void mail(String argument) {
        session.reset(
                () -> {
                    if (session.smtp().hello() == Hello.NONE) {
                        session.reply(Replies.SAY_HELLO);
                        return;
                    }
                    Parsers.choose(
                            session,
                            HookPoint.MAIL_PARSE,
                            argument,
                            MailParseHook.class,
                            MailParseHook::onMailParse,
                            rest -> EsmtpParameter.check(PathArgument.parse(rest, "from"), OF_MAIL),
                            this::mailParsed);
                });
    }

    private void mailParsed(ParsedCommand command) {
        if (!isGood(command)) {
            return;
        }
        Parameters parameters = command.parameters();
        Reply fault = applyParameters(parameters);
        if (fault != null) {
            session.reply(fault);
            return;
        }
        SmtpTransaction transaction = session.transaction();
        transaction.begin();
        session.ask(
                HookPoint.MAIL_PRE,
                MailPreHook.class,
                hook -> hook.onMailPre(transaction, command.argument(), parameters),
                result -> mailRead(replaced(result, command.argument()), parameters));
    }

    private boolean isGood(ParsedCommand command) {
        HookResult outcome = command.outcome();
        if (outcome.action() == Action.OK) {
            return true;
        }
        String text = outcome.text().isEmpty() ? "Syntax error in command" : outcome.text();
        session.reply(Reply.of(outcome.code() == 0 ? 501 : outcome.code(), "5.5.4", text));
        return false;
    }

    private static String replaced(HookResult result, String path) {
        return result.action() == Action.OK && !result.text().isEmpty() ? result.text() : path;
    }

    private void mailRead(String path, Parameters parameters) {
        Address sender = isNullSender(path) ? Address.NULL : parse(path, BAD_SENDER, "5.1.7");
        if (sender == null) {
            return;
        }
        SmtpTransaction transaction = session.transaction();
        session.ask(
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
            session.log(LogLevel.INFO, kind + " mail from " + shown + " (" + result.text() + ")");
            int code =
                    switch (action) {
                        case DENYSOFT -> 450;
                        case DENYSOFT_DISCONNECT -> 421;
                        case DENY, DENY_DISCONNECT, OK, DECLINED, DONE -> 550;
                    };
            String usual = action.isTemporary() ? ", temporarily denied" : ", denied";
            session.refuse(result, code, "7.1", shown + usual);
            if (action.disconnects()) {
                session.disconnect();
            }
        } else if (action == Action.DONE) {
            session.done(result);
        } else {
            transaction.setSender(sender);
            session.reply(
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
        session.transaction().setMailParameters(parameters, body.get(), parameters.has("smtputf8"));
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
        long limit = session.settings().maxOctets();
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
        boolean binary = body.equalsIgnoreCase("BINARYMIME") && session.generation().takesBinary();
        return binary ? Optional.of(BodyType.BINARY_MIME) : Optional.empty();
    }

    // ---- RCPT

    void rcpt(String argument) {
        Parsers.choose(
                session,
                HookPoint.RCPT_PARSE,
                argument,
                RcptParseHook.class,
                RcptParseHook::onRcptParse,
                rest -> EsmtpParameter.check(PathArgument.parse(rest, "to"), OF_RCPT),
                this::rcptParsed);
    }

    private void rcptParsed(ParsedCommand command) {
        SmtpTransaction transaction = session.transactionOrNull();
        if (transaction == null || !transaction.hasSender()) {
            session.reply(Replies.MAIL_BEFORE_RCPT);
            return;
        }
        if (transaction.isMessageBegun()) {
            session.reply(Replies.RCPT_AFTER_BDAT);
            return;
        }
        if (!isGood(command)) {
            return;
        }
        if (transaction.recipientCount() >= session.mostRecipients()) {
            session.reply(Replies.TOO_MANY_RECIPIENTS);
            return;
        }
        if (transaction.isLarge() && session.engine().budget().isSpent()) {
            session.reply(Replies.NO_ROOM);
            return;
        }
        Parameters parameters = command.parameters();
        session.ask(
                HookPoint.RCPT_PRE,
                RcptPreHook.class,
                hook -> hook.onRcptPre(transaction, command.argument(), parameters),
                result -> rcptRead(transaction, replaced(result, command.argument()), parameters));
    }

    private void rcptRead(SmtpTransaction transaction, String path, Parameters parameters) {
        Address address = parse(path, BAD_RECIPIENT, "5.1.3");
        if (address == null) {
            return;
        }
        if (address.isNull()) {
            session.reply(Reply.of(501, "5.1.3", BAD_RECIPIENT));
            return;
        }
        SmtpRecipient recipient = new SmtpRecipient(address, parameters, session);
        session.ask(
                HookPoint.RCPT,
                RcptHook.class,
                hook -> hook.onRcpt(transaction, recipient),
                result -> answerRcpt(result, transaction, recipient));
    }

    private void answerRcpt(
            HookResult result, SmtpTransaction transaction, SmtpRecipient recipient) {
        switch (result.action()) {
            case OK -> {
                transaction.add(recipient);
                session.reply(
                        Reply.of(250, "2.1.5", recipient.address().format() + ", recipient ok"));
            }
            case DENY -> session.refuse(result, 550, "7.1", "relaying denied");
            case DENYSOFT -> session.refuse(result, 450, "7.1", "relaying denied");
            case DENY_DISCONNECT -> {
                session.refuse(result, 550, "7.1", "delivery denied");
                session.disconnect();
            }
            case DENYSOFT_DISCONNECT -> {
                session.refuse(result, 421, "7.1", "relaying denied");
                session.disconnect();
            }
            case DONE -> session.done(result);
            case DECLINED ->
                    session.reply(
                            Reply.of(450, "4.7.1", "No plugin decided if relaying is allowed"));
        }
    }

    // ---- addresses

    /** Reads a path, or answers the client and gives null. */
    private @Nullable Address parse(String path, String fault, String enhanced) {
        boolean lenient = session.settings().lenient();
        boolean utf8 = session.transaction().smtpUtf8();
        Optional<Address> address = Address.parse(path, syntax(lenient, utf8));
        if (address.isPresent()) {
            return address.get();
        }
        boolean needsUtf8 = !utf8 && Address.parse(path, syntax(lenient, true)).isPresent();
        session.reply(needsUtf8 ? Replies.NEEDS_UTF8 : Reply.of(501, enhanced, fault));
        return null;
    }

    private static AddressSyntax syntax(boolean lenient, boolean utf8) {
        if (lenient) {
            return utf8 ? AddressSyntax.LENIENT_UTF8 : AddressSyntax.LENIENT;
        }
        return utf8 ? AddressSyntax.STRICT_UTF8 : AddressSyntax.STRICT;
    }
}
