package org.qpsmtpd.passwords;

/** Refuses what would take too much time or memory to compare. */
final class Bounds {
    private Bounds() {}

    /**
     * @throws IllegalArgumentException when a number is not within its bounds
     */
    static void check(String what, long number, long least, long most) {
        if (number < least || number > most) {
            throw new IllegalArgumentException(
                    what + " is " + number + ", and not from " + least + " to " + most);
        }
    }

    /** A decimal number of at most nine figures, which a pattern has made sure of. */
    static int number(String figures) {
        return Integer.parseInt(figures);
    }
}
