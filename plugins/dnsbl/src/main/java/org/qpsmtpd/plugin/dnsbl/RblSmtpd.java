package org.qpsmtpd.plugin.dnsbl;

import java.util.Optional;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.Reject;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;

/**
 * The variable {@code RBLSMTPD}, by which rules of tcpserver say what rblsmtpd is to do: with a
 * text the client is refused when {@code reject connect} says so, and no list is asked in any case.
 *
 * @param environment its value in the environment of the process, which holds for all clients
 * @param reject how to refuse
 * @param refuses whether a client with a text is refused
 */
record RblSmtpd(Optional<String> environment, Reject reject, boolean refuses) {
    static final String VARIABLE = "RBLSMTPD";

    /** The answer for a client; absent when the variable is not set for it. */
    Optional<HookResult> answer(Connection connection) {
        return connection
                .notes()
                .get(NoteKey.RBLSMTPD)
                .or(() -> environment)
                .map(
                        value -> {
                            if (value.isEmpty()) {
                                return HookResult.skip(VARIABLE + " is set, but empty");
                            }
                            return refuses
                                    ? refusal(value, connection)
                                    : HookResult.skip(VARIABLE + " is set");
                        });
    }

    private HookResult refusal(String value, Connection connection) {
        StringBuilder text = new StringBuilder();
        connection.config().list("dnsbl_rejectmsg").forEach(line -> text.append(line).append(' '));
        text.append(value.replaceAll("\\p{Cntrl}", " ").replace("%IP%", connection.remoteIp()));
        return reject.decide(text.toString(), VARIABLE);
    }
}
