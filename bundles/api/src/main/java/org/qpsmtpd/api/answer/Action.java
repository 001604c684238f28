package org.qpsmtpd.api.answer;

/** What a plugin answers; the words and numbers are qpsmtpd's. */
public enum Action {
    /** No opinion: the next plugin is asked. */
    DECLINED(909),
    /** Yes, and no further plugin is asked. */
    OK(900),
    /** No, for good (5xx). */
    DENY(901),
    /** Not now (4xx). */
    DENYSOFT(902),
    /** No, for good, and the connection is closed. */
    DENY_DISCONNECT(903),
    /** Not now, and the connection is closed. */
    DENYSOFT_DISCONNECT(904),
    /** The plugin has done what was to be done, and its reply takes the place of the core's. */
    DONE(910);

    private final int number;

    Action(int number) {
        this.number = number;
    }

    /** The number qpsmtpd gives the answer. */
    public int number() {
        return number;
    }

    /** Whether this is one of the four refusals. */
    public boolean refuses() {
        return this == DENY
                || this == DENYSOFT
                || this == DENY_DISCONNECT
                || this == DENYSOFT_DISCONNECT;
    }

    /** Whether the refusal is temporary. */
    public boolean isTemporary() {
        return this == DENYSOFT || this == DENYSOFT_DISCONNECT;
    }

    /** Whether the connection is closed after the reply. */
    public boolean disconnects() {
        return this == DENY_DISCONNECT || this == DENYSOFT_DISCONNECT;
    }
}
