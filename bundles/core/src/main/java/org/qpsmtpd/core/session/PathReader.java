package org.qpsmtpd.core.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;

/** Reads the paths of MAIL and RCPT. */
final class PathReader {
    private final Turn turn;
    private final Talk talk;
    private final Transactions transactions;

    PathReader(Transactions transactions) {
        this.transactions = transactions;
        turn = transactions.turn();
        talk = turn.talk();
    }

    Transactions transactions() {
        return transactions;
    }

    /** Whether a command could be read; else the client has its answer. */
    boolean isGood(ParsedCommand command) {
        HookResult outcome = command.outcome();
        if (outcome.action() == Action.OK) {
            return true;
        }
        String text = outcome.text().isEmpty() ? "Syntax error in command" : outcome.text();
        talk.reply(Reply.of(outcome.code() == 0 ? 501 : outcome.code(), "5.5.4", text));
        return false;
    }

    /** The path, or what a plugin put in its place. */
    static String replaced(HookResult result, String path) {
        return result.action() == Action.OK && !result.text().isEmpty() ? result.text() : path;
    }

    /** Reads a path, or answers the client and gives null. */
    @Nullable Address read(String path, String fault, String enhanced) {
        boolean lenient = turn.settings().lenient();
        boolean utf8 = transactions.current().smtpUtf8();
        Optional<Address> address = Address.parse(path, syntax(lenient, utf8));
        if (address.isPresent()) {
            return address.get();
        }
        boolean needsUtf8 = !utf8 && Address.parse(path, syntax(lenient, true)).isPresent();
        talk.reply(needsUtf8 ? Replies.NEEDS_UTF8 : Reply.of(501, enhanced, fault));
        return null;
    }

    private static AddressSyntax syntax(boolean lenient, boolean utf8) {
        if (lenient) {
            return utf8 ? AddressSyntax.LENIENT_UTF8 : AddressSyntax.LENIENT;
        }
        return utf8 ? AddressSyntax.STRICT_UTF8 : AddressSyntax.STRICT;
    }
}
