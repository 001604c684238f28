package org.qpsmtpd.bench;

/** What a server does with a message it took, and before. */
enum Queue {
    DISCARD(100_000),
    /** Measured young: its first thousands of messages count, too. */
    MAILDIR(5_000),
    /** Into our spool, from where it goes nowhere. */
    SPOOL(5_000),
    /** Discarded, behind plugins that ask the DNS and remember clients. */
    GATES(100_000),
    /** Discarded, behind those and plugins that look at the content and ask scanners. */
    SITE(100_000),
    /** Handed on to smtp-sink. */
    FORWARD(50_000),
    /** The dialogue handed on to smtp-sink, step by step. */
    PROXY(50_000),
    /** Handed on to a bare handler of Netty, which takes large messages faster. */
    FORWARD_BARE(5_000),
    /** A signed message, discarded without a look at it. */
    SIGNED(50_000),
    /** A signed message, discarded after SPF, DKIM and DMARC were checked. */
    CHECKED(50_000);

    private final int warmUpMessages;

    Queue(int warmUpMessages) {
        this.warmUpMessages = warmUpMessages;
    }

    /** How many messages a server that becomes quicker takes before it is measured, at most. */
    int warmUpMessages() {
        return warmUpMessages;
    }
}
