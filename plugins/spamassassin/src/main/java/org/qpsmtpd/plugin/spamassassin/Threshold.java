package org.qpsmtpd.plugin.spamassassin;

import org.qpsmtpd.api.session.SpamStatus;

/**
 * From which score on something is done.
 *
 * @param score the score; infinite for never
 * @param isUsers whether the preferences of the user say which
 */
record Threshold(double score, boolean isUsers) {
    /** Never. */
    static final Threshold NEVER = new Threshold(Double.POSITIVE_INFINITY, false);

    /**
     * Reads a setting: a number, or nothing for never.
     *
     * @throws IllegalArgumentException naming the setting and what it says
     */
    static Threshold of(String option, String text) {
        if (text.isEmpty()) {
            return NEVER;
        }
        if (!text.matches("-?[0-9]{1,9}(\\.[0-9]{1,9})?")) {
            throw new IllegalArgumentException(option + " '" + text + "' is not a number");
        }
        return new Threshold(Double.parseDouble(text), false);
    }

    /** The same, with {@code userprefs} beside the numbers, and 0 for never. */
    static Threshold ofReject(String option, String text) {
        if (text.equalsIgnoreCase("userprefs")) {
            return new Threshold(0, true);
        }
        Threshold given = of(option, text);
        return given.score == 0 ? NEVER : given;
    }

    /** What it is for a message. */
    double of(SpamStatus status) {
        return isUsers ? status.required() : score;
    }

    boolean isNever() {
        return !isUsers && score == Double.POSITIVE_INFINITY;
    }
}
