package org.qpsmtpd.plugin.senderlogin;

import org.jspecify.annotations.Nullable;

/** Owners could not be looked up. */
final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean down;

    /**
     * @param down whether the next look-up would fail, too
     * @param cause null when nobody was asked
     */
    NoAnswer(String why, boolean down, @Nullable Exception cause) {
        super(why, cause);
        this.down = down;
    }

    boolean isDown() {
        return down;
    }
}
