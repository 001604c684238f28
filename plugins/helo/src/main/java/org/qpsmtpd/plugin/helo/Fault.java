package org.qpsmtpd.plugin.helo;

/**
 * What is wrong.
 *
 * @param text what the client reads
 * @param detail the log's word for it
 * @param isTemporary whether it may be right the next time
 */
record Fault(String text, String detail, boolean isTemporary) {
    Fault(String text, String detail) {
        this(text, detail, false);
    }
}
