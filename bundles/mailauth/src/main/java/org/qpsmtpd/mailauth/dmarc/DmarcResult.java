package org.qpsmtpd.mailauth.dmarc;

import java.util.Locale;

/** What an evaluation comes to (RFC 9989 section 9.1), the best first. */
public enum DmarcResult {
    /** The message comes from the domain of its author. */
    PASS,
    /** The domain has no policy, or there is nothing to ask for one. */
    NONE,
    /** There is no telling whose message it is. */
    PERMERROR,
    /** The DNS does not answer; the same message may be tried later. */
    TEMPERROR,
    /** The domain has a policy, and nothing shows that the message comes from it. */
    FAIL;

    /** The word of RFC 8601. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
