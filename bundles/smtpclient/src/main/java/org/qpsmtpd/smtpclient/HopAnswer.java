package org.qpsmtpd.smtpclient;

import java.util.Set;

/**
 * What a next hop said of a message, or that it said nothing.
 *
 * @param place the next hop, {@code HOST:PORT} or the path of its socket; empty when none was asked
 * @param code of its reply, or of ours for what it says it cannot take; 0 when there is none
 * @param status RFC 3463 code
 * @param text one line of printable ASCII, bounded
 * @param isInSession whether it had taken up a session with us
 * @param offers what it offered in that session, keywords in upper case
 */
public record HopAnswer(
        String place,
        int code,
        String status,
        String text,
        boolean isInSession,
        Set<String> offers) {
    /** Copies the set. */
    public HopAnswer {
        offers = Set.copyOf(offers);
    }

    /** Whether the next hop has taken the message. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** Whether it will never take it. */
    public boolean isPermanent() {
        return code / 100 == 5;
    }

    /** Whether nobody could be asked, or nobody answered. */
    public boolean isMissing() {
        return code == 0;
    }

    /** Code, status and text as a reply would have them. */
    public String shown() {
        return (isMissing() ? status + " " + text : code + " " + status + " " + text).strip();
    }
}
