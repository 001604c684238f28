package org.qpsmtpd.api.dnslist;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.dnslist.Listing.Outcome;

/** Gathers the answers of lists from whatever threads they come, until they decide. */
final class Poll {
    private final List<DnsList> lists;
    private final int threshold;
    private final AtomicReferenceArray<@Nullable Listing> answers;
    private final AtomicInteger missing;
    private final CompletableFuture<ListVote> vote = new CompletableFuture<>();

    Poll(List<DnsList> lists, int threshold) {
        this.lists = lists;
        this.threshold = threshold;
        answers = new AtomicReferenceArray<>(lists.size());
        missing = new AtomicInteger(lists.size());
        if (lists.isEmpty()) {
            vote.complete(new ListVote(false, 0, List.of(), 0));
        }
    }

    CompletionStage<ListVote> vote() {
        return vote;
    }

    void take(int place, Listing listing) {
        answers.set(place, listing);
        int left = missing.decrementAndGet();
        if (vote.isDone()) {
            return;
        }
        int score = 0;
        int mayAdd = 0;
        int mayTake = 0;
        for (int i = 0; i < lists.size(); i++) {
            int weight = lists.get(i).weight();
            Listing answer = answers.get(i);
            if (answer == null) {
                mayAdd += Math.max(0, weight);
                mayTake += Math.min(0, weight);
            } else if (answer.isListed()) {
                score += weight;
            }
        }
        boolean isReached = score + mayTake >= threshold;
        if (isReached || score + mayAdd < threshold || left == 0) {
            vote.complete(new ListVote(isReached, score, hits(), unknown()));
        }
    }

    private List<Listing> hits() {
        return given().filter(Listing::isListed).toList();
    }

    private int unknown() {
        return (int) given().filter(answer -> answer.outcome() == Outcome.UNKNOWN).count();
    }

    private Stream<Listing> given() {
        return IntStream.range(0, lists.size()).mapToObj(answers::get).filter(Objects::nonNull);
    }
}
