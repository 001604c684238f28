package org.qpsmtpd.api.dnslist;

/**
 * What a list says of a subject.
 *
 * @param list which one
 * @param outcome what it says
 * @param text why, in one line of printable ASCII: the text of the line with {@code %IP%}, {@code
 *     %HOST%} and {@code %ZONE%} replaced, or else the list's own; empty when neither says
 *     anything, and always for lists of friends
 */
public record Listing(DnsList list, Outcome outcome, String text) {
    /** What a list can say. */
    public enum Outcome {
        /** The subject is on it. */
        LISTED,
        /** It is not, or with a code that does not count. */
        NOT_LISTED,
        /** Nothing is known: no answer, none that can be believed, or not asked. */
        UNKNOWN
    }

    static Listing of(DnsList list, Outcome outcome) {
        return new Listing(list, outcome, "");
    }

    /** Whether the subject is on it. */
    public boolean isListed() {
        return outcome == Outcome.LISTED;
    }
}
