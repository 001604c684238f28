package org.qpsmtpd.plugin.logging.syslog;

/** Lines as octets. */
final class Lines {
    private Lines() {}

    /** How many octets of UTF-8 can be kept, without cutting a character in two. */
    static int cut(byte[] line, int most) {
        if (line.length <= most) {
            return line.length;
        }
        int end = most;
        while (end > 0 && (line[end] & 0xC0) == 0x80) {
            end--;
        }
        return end;
    }
}
