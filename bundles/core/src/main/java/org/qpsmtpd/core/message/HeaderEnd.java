package org.qpsmtpd.core.message;

/**
 * Finds where the header of a message ends, while it arrives: before the empty line, or before a
 * line that is neither a field nor the continuation of one. Such a line is body, and a message that
 * has no field at all is nothing but body. A first line {@code From ...}, as files of mailboxes
 * have it, is part of a header when a field follows.
 *
 * <p>Source: RFC 5322 sections 2.1, 2.2 and 4.5.
 */
public final class HeaderEnd {
    /** No line is longer, so that no name is either. */
    private static final int MAX_NAME = 998;

    private static final String MBOX = "From ";

    /** What the next octet belongs to. */
    private enum Place {
        LINE_START,
        NAME,
        AFTER_NAME,
        VALUE,
        EMPTY_LINE,
        KNOWN
    }

    private Place place = Place.LINE_START;
    private int lineStart;
    private int at;
    private int lines;
    private boolean fields;
    private boolean mbox;
    private boolean broken;

    /**
     * Goes on looking.
     *
     * @param octets array that begins with the message, what was looked at before unchanged
     * @param end where the octets end that have come
     * @return whether the end of the header is known
     */
    public boolean find(byte[] octets, int end) {
        while (at < end && place != Place.KNOWN) {
            if (place == Place.VALUE) {
                skipValue(octets, end);
            } else {
                look(octets, octets[at]);
            }
        }
        return place == Place.KNOWN;
    }

    /**
     * Says that the message is over.
     *
     * @param end where it ends
     */
    public void finish(int end) {
        if (place != Place.KNOWN) {
            ends(place == Place.VALUE ? end : lineStart);
        }
    }

    private void look(byte[] octets, byte octet) {
        switch (place) {
            case LINE_START -> {
                if (isBlank(octet) && (fields || mbox)) {
                    value();
                } else if (octet == '\r') {
                    go(Place.EMPTY_LINE);
                } else if (isNameOctet(octet)) {
                    go(Place.NAME);
                } else {
                    broken |= octet == '\n';
                    ends(lineStart);
                }
            }
            case NAME, AFTER_NAME -> name(octets, octet);
            case EMPTY_LINE -> {
                broken |= octet != '\n';
                ends(lineStart);
            }
            case VALUE, KNOWN -> throw new IllegalStateException(place.name());
        }
    }

    private void name(byte[] octets, byte octet) {
        if (at - lineStart > MAX_NAME) {
            ends(lineStart);
        } else if (octet == ':') {
            fields = true;
            value();
        } else if (isBlank(octet)) { // obsolete, RFC 5322 4.5
            go(Place.AFTER_NAME);
        } else if (place == Place.NAME && isNameOctet(octet)) {
            go(Place.NAME);
        } else if (startsWithMbox(octets)) {
            mbox = true;
            value();
        } else {
            ends(lineStart);
        }
    }

    private boolean startsWithMbox(byte[] octets) {
        if (lineStart > 0 || at < MBOX.length()) {
            return false;
        }
        for (int i = 0; i < MBOX.length(); i++) {
            if (octets[i] != MBOX.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void skipValue(byte[] octets, int end) {
        while (at < end && place == Place.VALUE) {
            boolean afterCr = octets[at - 1] == '\r';
            boolean lineFeed = octets[at] == '\n';
            broken |= afterCr != lineFeed;
            at++;
            if (lineFeed) {
                lineStart = at;
                place = Place.LINE_START;
            }
        }
    }

    private void go(Place next) {
        place = next;
        at++;
    }

    /** The octet is looked at once more, as one of the value. */
    private void value() {
        lines++;
        place = Place.VALUE;
    }

    private void ends(int end) {
        lineStart = fields ? end : 0;
        place = Place.KNOWN;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /** Octets beyond ASCII are no part of a proper name, but some senders have them there. */
    private static boolean isNameOctet(byte octet) {
        return octet < 0 || (octet > ' ' && octet < 127 && octet != ':');
    }

    /** Octets that are header for certain: all of them when its end is known. */
    public int length() {
        return place == Place.VALUE ? at : lineStart;
    }

    /** Lines of the header so far. */
    public int lines() {
        return lines;
    }

    /** Whether a line of the header ended in CR or LF alone, as octets of BINARYMIME may. */
    public boolean isBroken() {
        return broken;
    }
}
