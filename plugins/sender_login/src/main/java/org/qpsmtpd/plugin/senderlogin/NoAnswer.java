package org.qpsmtpd.plugin.senderlogin;

/** Owners could not be looked up. */
final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean down;

    /**
     * @param down whether the next look-up would fail, too
     */
    NoAnswer(String why, boolean down, Exception cause) {
        super(why, cause);
        this.down = down;
    }

    boolean isDown() {
        return down;
    }
}
