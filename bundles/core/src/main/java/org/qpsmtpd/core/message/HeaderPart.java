package org.qpsmtpd.core.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.qpsmtpd.api.mail.HeaderField;

/**
 * A piece of the header, line end included. The name is empty for lines that are no field.
 *
 * @param name field name as written
 * @param octets where the piece is
 */
@SuppressWarnings("ArrayRecordComponent") // a slice, never compared
record HeaderPart(String name, byte[] octets, int from, int to) {
    /** A field that did not come with the message. */
    static HeaderPart of(String name, String value) {
        boolean good = !name.isEmpty() && Characters.all(name, c -> c > 32 && c < 127 && c != ':');
        if (!good) {
            throw new IllegalArgumentException("'" + name + "' is not a header field name");
        }
        byte[] octets = FieldText.write(name + ": " + FieldText.clean(value) + "\r\n");
        return new HeaderPart(name, octets, 0, octets.length);
    }

    boolean isField() {
        return !name.isEmpty();
    }

    HeaderField field() {
        int start = from + name.length();
        while (start < to && octets[start] != ':') {
            start++;
        }
        start++;
        if (start < to && (octets[start] == ' ' || octets[start] == '\t')) {
            start++;
        }
        int end = to;
        if (end > start && octets[end - 1] == '\n') {
            end--;
        }
        if (end > start && octets[end - 1] == '\r') {
            end--;
        }
        return new HeaderField(name, FieldText.read(octets, start, Math.max(start, end)));
    }

    byte[] copy() {
        return Arrays.copyOfRange(octets, from, to);
    }

    boolean isNamed(String other) {
        return name.equalsIgnoreCase(other);
    }

    int size() {
        return to - from;
    }

    /** The same field with another name, its value octet by octet as it was. */
    HeaderPart named(String newName) {
        int rest = size() - name.length();
        byte[] start = newName.getBytes(StandardCharsets.US_ASCII);
        byte[] field = Arrays.copyOf(start, start.length + rest);
        System.arraycopy(octets, from + name.length(), field, start.length, rest);
        return new HeaderPart(newName, field, 0, field.length);
    }
}
