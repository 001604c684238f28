package org.qpsmtpd.mailauth.dmarc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.dmarc.DmarcRecord.Psd;

/**
 * The records on the way from a name to the root (RFC 9989 section 4.10). For one thread at a time.
 */
final class Walk {
    /** From names with more labels the walk goes on to their last seven. */
    private static final int MOST_LABELS = 7;

    private final Questions questions;
    private final String start;
    private final List<Place> places = new ArrayList<>(2);
    private boolean isFailed;
    private boolean showsStart;

    /** A record and where it is. */
    record Place(String domain, DmarcRecord record) {}

    Walk(Questions questions, String start) {
        this.questions = questions;
        this.start = start;
    }

    /** Asks for the name itself only. */
    CompletionStage<Walk> begin() {
        return questions.record(start).thenApply(this::began);
    }

    private Walk began(Answer answer) {
        showsStart = answer.showsName();
        add(start, answer);
        return this;
    }

    /** Asks for all of them, as far as that goes; the name itself has been asked for. */
    CompletionStage<Walk> end() {
        return isAtEnd() ? CompletableFuture.completedFuture(this) : goOn(next(start));
    }

    private CompletionStage<Walk> goOn(String domain) {
        if (domain.isEmpty()) {
            return CompletableFuture.completedFuture(this);
        }
        return questions
                .record(domain)
                .thenCompose(
                        answer -> {
                            add(domain, answer);
                            return goOn(isAtEnd() ? "" : parent(domain));
                        });
    }

    private void add(String domain, Answer answer) {
        isFailed = isFailed || answer.isFailed();
        answer.record().ifPresent(record -> places.add(new Place(domain, record)));
    }

    private boolean isAtEnd() {
        boolean isTold =
                !places.isEmpty() && places.get(places.size() - 1).record().psd() != Psd.UNKNOWN;
        return isTold || isFailed;
    }

    private static String next(String start) {
        String shorter = parent(start);
        while (labels(shorter) > MOST_LABELS) {
            shorter = parent(shorter);
        }
        return shorter;
    }

    private static String parent(String domain) {
        int dot = domain.indexOf('.');
        return dot < 0 ? "" : domain.substring(dot + 1);
    }

    private static long labels(String domain) {
        return domain.chars().filter(c -> c == '.').count() + 1;
    }

    /** Whether the DNS did not answer, so that the walk came to no end. */
    boolean isFailed() {
        return isFailed;
    }

    /** Whether the answers show that the name itself exists. */
    boolean showsStart() {
        return showsStart;
    }

    /** What the name itself publishes. */
    Optional<Place> own() {
        return at(start);
    }

    private Optional<Place> at(String domain) {
        return places.stream().filter(place -> place.domain().equals(domain)).findFirst();
    }

    /** The organizational domain (RFC 9989 section 4.10.2); the walk came to its end. */
    String organizationalDomain() {
        for (Place place : places) {
            if (place.record().psd() == Psd.NO) {
                return place.domain();
            }
            if (isSuffix(place)) {
                return below(place.domain());
            }
        }
        return places.isEmpty() ? start : places.get(places.size() - 1).domain();
    }

    private boolean isSuffix(Place place) {
        return place.record().psd() == Psd.YES && !place.domain().equals(start);
    }

    private String below(String suffix) {
        int dot = start.lastIndexOf('.', start.length() - suffix.length() - 2);
        return start.substring(dot + 1);
    }

    /** Whose record applies (RFC 9989 section 4.10.1); the walk came to its end. */
    Optional<Place> policy() {
        return own().or(() -> at(organizationalDomain()))
                .or(() -> places.stream().filter(this::isSuffix).findFirst());
    }
}
