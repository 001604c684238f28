package org.qpsmtpd.mailauth.signature;

import java.util.List;

/**
 * What a signature signs: fields in their canonical form, and at last its own one without value.
 */
public final class SignedHeader {
    private final Canonicalization way;
    private final Octets octets = new Octets();

    /** Begins with nothing. */
    public SignedHeader(Canonicalization way) {
        this.way = way;
    }

    /** Adds fields. */
    public void add(List<Field> fields) {
        for (Field field : fields) {
            field.write(way, octets);
        }
    }

    /**
     * Adds the field of the signature, and ends so.
     *
     * @param from where the value of {@code b=} begins in the field's value, with blanks
     * @param to where it ends
     */
    public void end(Field own, int from, int to) {
        own.writeWithout(way, from, to, octets);
    }

    byte[] array() {
        return octets.array();
    }

    int length() {
        return octets.length();
    }
}
