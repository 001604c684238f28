package org.qpsmtpd.plugin.mtahooks;

/** What a service wants to be done. */
enum Verdict {
    ACCEPT,
    /** The client hears that the message was taken, and it is thrown away. */
    DISCARD,
    REJECT,
    /** It goes on, to be put where somebody looks at it. */
    QUARANTINE
}
