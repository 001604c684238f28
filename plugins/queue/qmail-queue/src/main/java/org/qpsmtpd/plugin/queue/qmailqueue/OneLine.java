package org.qpsmtpd.plugin.queue.qmailqueue;

/** Text of the program as a reply and the log may show it. */
final class OneLine {
    private static final int MAX_LENGTH = 250;

    private OneLine() {}

    /** At most 250 printable ASCII characters: blanks for controls, ? for others. */
    static String of(byte[] octets) {
        StringBuilder text = new StringBuilder(octets.length);
        for (byte octet : octets) {
            text.append(octet < 0 || octet == 127 ? '?' : octet < ' ' ? ' ' : (char) octet);
        }
        String line = text.toString().strip();
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "...";
    }
}
