package org.qpsmtpd.core.session;

import java.util.Locale;
import java.util.Map;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;

/**
 * A parameter of MAIL or RCPT that the server knows. What it does not know is refused and not kept
 * (RFC 5321 section 4.1.1.11); a plugin that wants others reads the command itself, by the hooks
 * {@code mail_parse} and {@code rcpt_parse}.
 *
 * @param longest most characters of its value, 0 when it has none; RFC 1870, 3461 and 6152
 */
record EsmtpParameter(int longest) {
    private static final int SHOWN = 40;

    static EsmtpParameter upTo(int longest) {
        return new EsmtpParameter(longest);
    }

    /** The command itself when all of its parameters are known, else its refusal. */
    static ParsedCommand check(ParsedCommand command, Map<String, EsmtpParameter> known) {
        if (command.outcome().action() != Action.OK) {
            return command;
        }
        for (Map.Entry<String, String> given : command.parameters().values().entrySet()) {
            String keyword = given.getKey();
            EsmtpParameter parameter = known.get(keyword);
            if (parameter == null) {
                return refused(555, "Parameter " + shown(keyword) + " is not known");
            }
            if (given.getValue().length() > parameter.longest()) {
                return refused(501, "Value of parameter " + shown(keyword) + " is too long");
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
