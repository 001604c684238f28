package org.qpsmtpd.mailauth.spf;

import java.util.Locale;

/** What a check comes to (RFC 7208, 2.6). */
public enum SpfResult {
    /** The domain says nothing, or there is no domain to ask. */
    NONE,
    /** The domain does not want to say. */
    NEUTRAL,
    /** The client may send for the domain. */
    PASS,
    /** The client may not send for the domain. */
    FAIL,
    /** The client probably may not. */
    SOFTFAIL,
    /** Not known for now: the DNS did not answer. */
    TEMPERROR,
    /** What the domain says cannot be read, or costs too many look-ups. */
    PERMERROR;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** As it stands in header fields: {@code pass}, {@code temperror}. */
    public String word() {
        return word;
    }
}
