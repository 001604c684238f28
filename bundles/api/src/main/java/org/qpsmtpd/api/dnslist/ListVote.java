package org.qpsmtpd.api.dnslist;

import java.util.List;

/**
 * What several lists say of a subject.
 *
 * @param isReached whether the weights of the hits reach the threshold
 * @param score their sum, as far as answers were waited for
 * @param hits the lists it is on, in the order of the file, as far as answers were waited for
 * @param unknown how many lists said nothing, as far as answers were waited for
 */
public record ListVote(boolean isReached, int score, List<Listing> hits, int unknown) {
    /** Copies the hits. */
    public ListVote {
        hits = List.copyOf(hits);
    }
}
