package org.qpsmtpd.plugin.mtahooks;

import java.util.OptionalDouble;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.http.Json;

/**
 * What a service wants a client to read.
 *
 * @param status 400 to 599; 0 for the usual
 * @param enhanced such as {@code 5.7.1}; empty for the usual
 * @param message on one line; empty for the usual
 * @param disconnects whether the connection is closed
 */
record OwnReply(int status, String enhanced, String message, boolean disconnects) {
    private static final int LONGEST = 480;
    private static final int CLOSES = 421;
    private static final int TEMPORARY = 4;
    private static final int PERMANENT = 5;
    private static final String USUAL = "Rejected by a mail filter";

    /**
     * Reads it.
     *
     * @param json an empty one without
     * @throws PeerFailure when it is none that a client could read
     */
    static OwnReply parse(Json json) {
        int status = json.has("status") ? status(json.number("status")) : 0;
        String first = json.text("enhancedStatus");
        String enhanced = first.isEmpty() ? json.text("enhanced_status") : first;
        return new OwnReply(
                status, enhanced, clean(json.text("message")), json.isTrue("disconnect"));
    }

    private static int status(OptionalDouble number) {
        double status = number.orElse(0);
        if (status != Math.rint(status) || status < 400 || status > 599) {
            throw new PeerFailure(
                    PeerFailure.Kind.FAULT,
                    "it refuses with a status that is no whole number from 400 to 599");
        }
        return (int) status;
    }

    /** On one line. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .limit(LONGEST)
                .forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return clean.toString().strip();
    }

    /** The refusal. */
    HookResult refusal() {
        boolean closes = disconnects || status == CLOSES;
        int kind = status / 100 == TEMPORARY ? TEMPORARY : PERMANENT;
        Action action = kind == TEMPORARY ? forNow(closes) : forGood(closes);
        String text = (message.isEmpty() ? USUAL : message) + " (#" + enhanced(kind) + ")";
        HookResult refusal = HookResult.of(action, text);
        return status == 0 ? refusal : refusal.withCode(status);
    }

    private static Action forNow(boolean closes) {
        return closes ? Action.DENYSOFT_DISCONNECT : Action.DENYSOFT;
    }

    private static Action forGood(boolean closes) {
        return closes ? Action.DENY_DISCONNECT : Action.DENY;
    }

    private String enhanced(int kind) {
        return enhanced.matches(kind + "\\.[0-9]{1,3}\\.[0-9]{1,3}") ? enhanced : kind + ".7.1";
    }
}
