package org.qpsmtpd.plugin.rspamd;

import java.util.Locale;

/** What rspamd would do with a message. */
enum RspamdAction {
    NO_ACTION,
    GREYLIST,
    ADD_HEADER,
    REWRITE_SUBJECT,
    SOFT_REJECT,
    REJECT,
    DISCARD,
    QUARANTINE;

    /** As rspamd writes it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Whether rspamd takes the message for spam. */
    boolean isSpam() {
        return switch (this) {
            case NO_ACTION, GREYLIST, SOFT_REJECT -> false;
            case ADD_HEADER, REWRITE_SUBJECT, REJECT, DISCARD, QUARANTINE -> true;
        };
    }
}
