package org.qpsmtpd.plugin.queue.spool;

import java.time.Instant;
import org.qpsmtpd.smtpclient.HopAnswer;

/**
 * What was said of a recipient last.
 *
 * @param at when
 * @param place who said it, {@code HOST:PORT}; empty when it was ourselves
 * @param code reply code; 0 without a reply
 * @param status RFC 3463 code
 * @param text one line
 */
record Said(Instant at, String place, int code, String status, String text) {
    static Said of(HopAnswer answer, Instant at) {
        return new Said(at, answer.place(), answer.code(), answer.status(), answer.text());
    }

    static Said here(Instant at, String status, String text) {
        return new Said(at, "", 0, status, text);
    }

    boolean isReply() {
        return code != 0 && !place.isEmpty();
    }

    String shown() {
        String reply = (code == 0 ? "" : code + " ") + status + " " + text;
        return place.isEmpty() ? reply : place + ": " + reply;
    }
}
