package org.qpsmtpd.plugin.mtahooks;

import org.qpsmtpd.api.peer.PeerFailure;

/** Names and values of fields as services give them. */
final class FieldText {
    private static final int LONGEST_NAME = 70;
    private static final int LONGEST_VALUE = 16 * 1024;

    private FieldText() {}

    /**
     * A name.
     *
     * @throws PeerFailure when it is none
     */
    static String name(String name) {
        boolean isOne =
                !name.isEmpty()
                        && name.length() <= LONGEST_NAME
                        && name.chars().allMatch(c -> c > ' ' && c < 127 && c != ':');
        if (!isOne) {
            throw wrong("a field whose name is none");
        }
        return name;
    }

    /**
     * A value, with CRLF where it is folded and without blanks around it.
     *
     * @throws PeerFailure when a line end is no fold, or there is another control character in it
     */
    static String value(String value) {
        String folded = value.replace("\r\n", "\n").strip();
        boolean isOne = folded.length() <= LONGEST_VALUE;
        for (int i = 0; isOne && i < folded.length(); i++) {
            char c = folded.charAt(i);
            isOne = c == '\n' ? isFold(folded, i) : c == '\t' || !Character.isISOControl(c);
        }
        if (!isOne) {
            throw wrong(
                    "a field whose value is too long, or has a line end or a control character");
        }
        return folded.replace("\n", "\r\n");
    }

    /** Whether a line with something behind blanks follows. */
    private static boolean isFold(String text, int at) {
        int next = at + 1;
        while (next < text.length() && (text.charAt(next) == ' ' || text.charAt(next) == '\t')) {
            next++;
        }
        return next > at + 1 && next < text.length() && text.charAt(next) != '\n';
    }

    private static PeerFailure wrong(String what) {
        return new PeerFailure(PeerFailure.Kind.FAULT, "it wants " + what);
    }
}
