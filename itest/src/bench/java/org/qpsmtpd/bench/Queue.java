package org.qpsmtpd.bench;

/** What a server does with a message it took, and before. */
enum Queue {
    DISCARD,
    MAILDIR,
    /** Discarded, behind plugins that ask the DNS and remember clients. */
    GATES
}
