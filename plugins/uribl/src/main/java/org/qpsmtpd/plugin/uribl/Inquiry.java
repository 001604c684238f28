package org.qpsmtpd.plugin.uribl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.dnslist.DnsLists;
import org.qpsmtpd.api.dnslist.ListSubject;
import org.qpsmtpd.api.dnslist.Listing;
import org.qpsmtpd.api.service.Clock;

/** All questions about a message, asked at once; ends with the first hit that refuses it. */
final class Inquiry {
    private final List<Question> questions;
    private final AtomicReferenceArray<@Nullable Listing> answers;
    private final AtomicInteger missing;
    private final CompletableFuture<Inquiry> end = new CompletableFuture<>();

    /** What one list is asked. */
    record Question(Zone zone, ListSubject subject) {}

    /** A host that is on a list. */
    record Hit(Zone zone, ListSubject subject, String text) {
        @Override
        public String toString() {
            String why = text.isEmpty() ? "listed" : text;
            return subject.text() + " in " + zone.list().zone() + ": " + why;
        }
    }

    Inquiry(List<Question> questions) {
        this.questions = questions;
        answers = new AtomicReferenceArray<>(questions.size());
        missing = new AtomicInteger(questions.size());
    }

    /** The questions about some subjects, list by list, as many as may be asked. */
    static List<Question> questions(List<Zone> zones, List<ListSubject> subjects, int most) {
        List<Question> questions = new ArrayList<>();
        for (ListSubject subject : subjects) {
            for (Zone zone : zones) {
                boolean isAsked = subject.kind() == ListSubject.Kind.DOMAIN || zone.hasAddresses();
                if (isAsked && questions.size() < most) {
                    questions.add(new Question(zone, subject));
                }
            }
        }
        return List.copyOf(questions);
    }

    /**
     * Asks.
     *
     * @return completes when all is answered, the time is up, or the message is to be refused
     */
    CompletionStage<Inquiry> ask(DnsLists lists, Clock clock, Duration limit) {
        for (int i = 0; i < questions.size(); i++) {
            int place = i;
            Question question = questions.get(i);
            lists.ask(question.zone.list(), question.subject, clock)
                    .thenAccept(listing -> take(place, listing));
        }
        if (questions.isEmpty()) {
            end.complete(this);
        }
        return end.completeOnTimeout(this, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void take(int place, Listing listing) {
        answers.set(place, listing);
        boolean isLast = missing.decrementAndGet() == 0;
        boolean refuses = listing.isListed() && questions.get(place).zone.action() == Zone.Act.DENY;
        if (isLast || refuses) {
            end.complete(this);
        }
    }

    /** What is known by now, in the order of the message, and for each host in that of the file. */
    List<Hit> hits() {
        List<Hit> hits = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Listing answer = answers.get(i);
            if (answer != null && answer.isListed()) {
                Question question = questions.get(i);
                hits.add(new Hit(question.zone, question.subject, answer.text()));
            }
        }
        return hits;
    }

    /** How many questions nobody has answered. */
    int unanswered() {
        int unanswered = 0;
        for (int i = 0; i < questions.size(); i++) {
            Listing answer = answers.get(i);
            boolean isOpen = answer == null || answer.outcome() == Listing.Outcome.UNKNOWN;
            unanswered += isOpen ? 1 : 0;
        }
        return unanswered;
    }
}
