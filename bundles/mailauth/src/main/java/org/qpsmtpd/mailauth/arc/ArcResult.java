package org.qpsmtpd.mailauth.arc;

import java.util.Locale;

/**
 * What a message's chain of ARC sets is worth.
 *
 * @param verdict the result
 * @param reason why it fails, for the log: printable ASCII, nothing that the message says
 * @param isTemporary whether it fails since the DNS does not answer
 * @param count how many sets there are; 0 also when they are not in order
 * @param domain who sealed last, {@code d=} in A-labels and lower case; empty when unknown
 */
public record ArcResult(
        Verdict verdict, String reason, boolean isTemporary, int count, String domain) {
    /** The chain's status (RFC 8617 section 4.4). */
    public enum Verdict {
        /** There is no set. */
        NONE,
        /** All seals are valid, and the last one's message is as it was. */
        PASS,
        /** It is not. */
        FAIL;

        /** The word of RFC 8617. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static ArcResult none() {
        return new ArcResult(Verdict.NONE, "", false, 0, "");
    }

    static ArcResult fail(String reason, int count) {
        return new ArcResult(Verdict.FAIL, reason, false, count, "");
    }
}
