package org.qpsmtpd.core.config;

/** The number of a TCP port as a line of a file. */
public final class PortNumber {
    private static final int LARGEST = 65_535;

    private PortNumber() {}

    /** What is wrong with a text as the number; empty when nothing is. */
    public static String fault(String text) {
        boolean good =
                text.length() <= 5
                        && !text.isEmpty()
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && Integer.parseInt(text) >= 1
                        && Integer.parseInt(text) <= LARGEST;
        return good ? "" : "'" + text + "' is not a port from 1 to " + LARGEST;
    }
}
