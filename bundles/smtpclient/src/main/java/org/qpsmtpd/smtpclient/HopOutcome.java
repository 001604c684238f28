package org.qpsmtpd.smtpclient;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;

/**
 * What became of a message for all recipients that were not settled by themselves.
 *
 * @param result the answer for a client
 * @param answer the same as the next hop said it
 */
public record HopOutcome(HookResult result, HopAnswer answer) {
    private static final Pattern TEXT = Pattern.compile("(.*) \\(#([245]\\.\\d+\\.\\d+)\\)");

    /** What we say ourselves of what the next hop cannot take. */
    static HopOutcome ours(HookResult result, String place, Set<String> offers) {
        int usual = result.action() == Action.DENY ? 554 : 451;
        int code = result.code() == 0 ? usual : result.code();
        Matcher coded = TEXT.matcher(result.text());
        String status = coded.matches() ? coded.group(2) : code / 100 + ".0.0";
        String text = coded.matches() ? coded.group(1) : result.text();
        return new HopOutcome(
                result, new HopAnswer(place, code, status, text, !place.isEmpty(), offers));
    }
}
