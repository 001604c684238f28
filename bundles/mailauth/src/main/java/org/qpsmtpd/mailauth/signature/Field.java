package org.qpsmtpd.mailauth.signature;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A field of a header as its octets are. Two are equal only when they are the same one. */
public final class Field {
    private static final int NO_COLON = -1;

    private final byte[] octets;
    private final int colon;
    private final int length;
    private final String name;

    /**
     * @param octets name, colon, value, maybe CRLF; not copied, not changed
     */
    Field(byte[] octets) {
        this.octets = octets;
        colon = colon(octets);
        length = lengthWithoutEnd(octets);
        name = name(octets, colon);
    }

    /**
     * A field that is made here.
     *
     * @param value as it stands behind the colon and a blank, without CRLF at the end; ASCII
     */
    public static Field of(String name, String value) {
        return new Field((name + ": " + value).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static int colon(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == ':') {
                return i;
            }
        }
        return NO_COLON;
    }

    private static int lengthWithoutEnd(byte[] octets) {
        int end = octets.length;
        boolean hasEnd = end >= 2 && octets[end - 1] == '\n' && octets[end - 2] == '\r';
        return hasEnd ? end - 2 : end;
    }

    private static String name(byte[] octets, int colon) {
        int end = Math.max(colon, 0);
        while (end > 0 && isBlank(octets[end - 1])) {
            end--;
        }
        return new String(octets, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    boolean isField() {
        return colon > 0;
    }

    /** The name in lower case; empty for what is no field. */
    public String name() {
        return name;
    }

    /**
     * Everything behind the colon, with folds, but not the CRLF at the end; one character (U+0000
     * to U+00FF) for each octet.
     */
    public String value() {
        return new String(octets, colon + 1, length - colon - 1, StandardCharsets.ISO_8859_1);
    }

    /** Octets of it. */
    public int size() {
        return octets.length;
    }

    /** Writes its canonical form (RFC 6376 sections 3.4.1 and 3.4.2), with CRLF at the end. */
    void write(Canonicalization way, Octets out) {
        writeWithout(way, 0, 0, out);
        out.add('\r');
        out.add('\n');
    }

    /**
     * Writes its canonical form without a part of the value, and without CRLF at the end.
     *
     * @param from where the part begins in {@link #value}
     * @param to where it ends
     */
    void writeWithout(Canonicalization way, int from, int to, Octets out) {
        int start = colon + 1;
        if (way == Canonicalization.SIMPLE) {
            out.add(octets, 0, start + from);
            out.add(octets, start + to, length - start - to);
            return;
        }
        addRelaxedName(out);
        out.add(':');
        RelaxedValue value = new RelaxedValue(out);
        value.add(octets, start, start + from);
        value.add(octets, start + to, length);
    }

    private void addRelaxedName(Octets out) {
        for (int i = 0; i < name.length(); i++) {
            boolean isUpper = octets[i] >= 'A' && octets[i] <= 'Z';
            out.add(isUpper ? octets[i] | 0x20 : octets[i]);
        }
    }

    /** Writes a value without folds, with one blank where there were some, and none at its ends. */
    private static final class RelaxedValue {
        private final Octets out;
        private boolean hasBlank;
        private boolean hasBegun;

        RelaxedValue(Octets out) {
            this.out = out;
        }

        void add(byte[] octets, int from, int to) {
            int at = from;
            while (at < to) {
                if (octets[at] == '\r' && at + 1 < to && octets[at + 1] == '\n') {
                    at += 2;
                    continue;
                }
                if (isBlank(octets[at])) {
                    hasBlank = true;
                    at++;
                    continue;
                }
                int end = wordEnd(octets, at, to);
                if (hasBlank && hasBegun) {
                    out.add(' ');
                }
                out.add(octets, at, end - at);
                hasBlank = false;
                hasBegun = true;
                at = end;
            }
        }

        private static int wordEnd(byte[] octets, int from, int to) {
            int at = from + 1;
            while (at < to && !isBlank(octets[at]) && octets[at] != '\r') {
                at++;
            }
            return at;
        }
    }
}
