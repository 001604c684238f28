package org.qpsmtpd.plugin.limit;

import java.util.Locale;

/** What is counted. */
enum What {
    /** Connections that were opened. */
    CONNECTIONS,
    /** MAIL commands. */
    MESSAGES,
    /** RCPT commands. */
    RECIPIENTS,
    /** Commands that a plugin refused for good, and unknown ones. */
    ERRORS,
    /** Octets of messages as they were received. */
    OCTETS;

    /** The word of a line. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it can be counted for somebody who is known after the greeting only. */
    boolean isOfTheEnvelope() {
        return this == MESSAGES || this == RECIPIENTS || this == OCTETS;
    }
}
