package org.qpsmtpd.bench;

/** What a server does with a message it took. */
enum Queue {
    DISCARD,
    MAILDIR
}
