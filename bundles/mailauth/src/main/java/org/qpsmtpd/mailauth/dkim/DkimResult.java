package org.qpsmtpd.mailauth.dkim;

import java.util.Locale;

/**
 * What a signature is worth.
 *
 * @param verdict the result
 * @param reason why, for the log: printable ASCII, nothing that the message says; empty for PASS
 * @param domain who signed, {@code d=} in A-labels and lower case; empty when that cannot be read
 * @param selector of the key, likewise
 * @param identity for whom, {@code i=}: {@code @} and a domain as above, before it a local part
 *     where that is a plain one; empty when it cannot be read
 * @param algorithm {@code a=}; empty when it is none that is known
 * @param start the first characters of {@code b=}
 * @param bits length of the key; 0 when it is not known
 * @param isTesting whether the domain asks to take no notice of its signatures: {@code t=y} of the
 *     key
 */
public record DkimResult(
        Verdict verdict,
        String reason,
        String domain,
        String selector,
        String identity,
        String algorithm,
        String start,
        int bits,
        boolean isTesting) {
    /** The results of RFC 8601 section 2.7.1. */
    public enum Verdict {
        /** It is valid. */
        PASS,
        /** The message, or the signature, is another one than was signed. */
        FAIL,
        /** It is valid but for a rule of this side. */
        POLICY,
        /** It was not looked at. */
        NEUTRAL,
        /** The DNS did not answer; the same message may be tried later. */
        TEMPERROR,
        /** It cannot be checked, now and later. */
        PERMERROR;

        /** The word of RFC 8601. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the signature is valid. */
    public boolean isPass() {
        return verdict == Verdict.PASS;
    }
}
