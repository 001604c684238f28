package org.qpsmtpd.mailauth.signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A message taken apart into header and body, for those who have it whole. A line that is neither a
 * field nor the continuation of one is the first of the body.
 */
public final class MessageText {
    private final byte[] octets;
    private final List<byte[]> fields = new ArrayList<>();
    private int bodyStart;

    /**
     * @param octets with CRLF line ends; not copied
     */
    public MessageText(byte[] octets) {
        this.octets = octets;
        int start = 0;
        int end = lineEnd(0);
        while (start < octets.length && isField(start, end)) {
            while (end < octets.length && isBlank(octets[end])) {
                end = lineEnd(end);
            }
            fields.add(Arrays.copyOfRange(octets, start, end));
            start = end;
            end = lineEnd(start);
        }
        bodyStart = end - start == 2 && octets[start] == '\r' ? end : start;
    }

    private int lineEnd(int from) {
        int at = from;
        while (at < octets.length) {
            if (octets[at] == '\n' && at > from && octets[at - 1] == '\r') {
                return at + 1;
            }
            at++;
        }
        return at;
    }

    /** Whether a line begins with a name and a colon, maybe with blanks between. */
    private boolean isField(int start, int end) {
        int at = start;
        while (at < end && octets[at] != ':' && octets[at] > ' ' && octets[at] != 0x7F) {
            at++;
        }
        int nameEnd = at;
        while (at < end && isBlank(octets[at])) {
            at++;
        }
        return nameEnd > start && at < end && octets[at] == ':';
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /** The octets of each field of the header, CRLF at the end. */
    public List<byte[]> fields() {
        return fields;
    }

    /** Where the body begins, behind the empty line. */
    public int bodyStart() {
        return bodyStart;
    }

    /** The octets of the whole. */
    public byte[] octets() {
        return octets;
    }
}
