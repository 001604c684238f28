package org.qpsmtpd.core.session;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.mail.Parameters;

/**
 * A parameter of MAIL or RCPT that the server knows. What it does not know is refused and not kept
 * (RFC 5321 section 4.1.1.11); a plugin that wants others reads the command itself, by the hooks
 * {@code mail_parse} and {@code rcpt_parse}.
 *
 * @param longest most characters of its value, 0 when it has none; RFC 1870, 3461 and 6152
 * @param form which values are well formed
 * @param extension with which it is known only; none when it always is
 */
record EsmtpParameter(int longest, Predicate<String> form, Optional<QueueExtension> extension) {
    private static final int SHOWN = 40;

    static EsmtpParameter upTo(int longest) {
        return of(longest, value -> true);
    }

    static EsmtpParameter of(int longest, Predicate<String> form) {
        return new EsmtpParameter(longest, form, Optional.empty());
    }

    /** The same, known only to clients that were offered an extension. */
    EsmtpParameter with(QueueExtension offered) {
        return new EsmtpParameter(longest, form, Optional.of(offered));
    }

    /**
     * The command itself when all of its parameters are known, else its refusal.
     *
     * @param offered the extensions that the client was offered
     */
    static ParsedCommand check(
            ParsedCommand command, Map<String, EsmtpParameter> known, Set<QueueExtension> offered) {
        if (command.outcome().action() != Action.OK) {
            return command;
        }
        for (Map.Entry<String, String> given : command.parameters().values().entrySet()) {
            String keyword = given.getKey();
            EsmtpParameter parameter = known.get(keyword);
            if (parameter == null || !parameter.extension().map(offered::contains).orElse(true)) {
                return refused(555, "Parameter " + shown(keyword) + " is not known");
            }
            if (given.getValue().length() > parameter.longest()) {
                return refused(501, "Value of parameter " + shown(keyword) + " is too long");
            }
            if (!parameter.form().test(given.getValue())) {
                return refused(501, "Value of parameter " + shown(keyword) + " is malformed");
            }
        }
        return command;
    }

    private static String shown(String keyword) {
        String upper = keyword.toUpperCase(Locale.ROOT);
        return upper.length() <= SHOWN ? upper : upper.substring(0, SHOWN) + "...";
    }

    private static ParsedCommand refused(int code, String text) {
        return new ParsedCommand(HookResult.deny(text).withCode(code), "", Parameters.NONE);
    }
}
