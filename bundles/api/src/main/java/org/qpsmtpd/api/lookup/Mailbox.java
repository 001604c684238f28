package org.qpsmtpd.api.lookup;

/** What was learnt of a recipient's mailbox. */
public enum Mailbox {
    /** It takes mail. */
    THERE,
    /** It is there, and takes no mail. */
    DISABLED,
    /** Nobody has that address. */
    UNKNOWN
}
