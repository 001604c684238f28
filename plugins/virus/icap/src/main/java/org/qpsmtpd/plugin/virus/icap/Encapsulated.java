package org.qpsmtpd.plugin.virus.icap;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.api.peer.PeerFailure;

/**
 * What follows the header of an answer (RFC 3507 section 4.4.1).
 *
 * @param answerAt where the header of an HTTP answer begins; -1 when there is none
 * @param bodyAt where the body begins: as many octets of headers are before it
 * @param hasBody whether there is one
 */
record Encapsulated(int answerAt, int bodyAt, boolean hasBody) {
    private static final Pattern PART =
            Pattern.compile("(req-hdr|res-hdr|req-body|res-body|opt-body|null-body)=([0-9]{1,5})");

    /**
     * Reads the value of the field.
     *
     * @param value empty counts as that of an answer without a body
     * @throws PeerFailure when it is none
     */
    static Encapsulated parse(String value) {
        int answerAt = -1;
        int last = 0;
        boolean hasBody = false;
        for (String text : value.isEmpty() ? new String[0] : value.split(",", 10)) {
            Matcher part = PART.matcher(text.strip());
            if (!part.matches() || hasBody || Integer.parseInt(part.group(2)) < last) {
                throw Text.fault("its answer has the field Encapsulated: " + value);
            }
            last = Integer.parseInt(part.group(2));
            answerAt = part.group(1).equals("res-hdr") ? last : answerAt;
            hasBody = part.group(1).endsWith("-body") && !part.group(1).equals("null-body");
        }
        return new Encapsulated(answerAt, last, hasBody);
    }
}
