package org.qpsmtpd.mailauth.dmarc;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.qpsmtpd.mailauth.Dns;
import org.qpsmtpd.mailauth.DomainName;

/** Evaluates messages (RFC 9989). May be used by many threads at once. */
public final class DmarcChecker {
    /** Of more domains none is evaluated (RFC 9989 section 11.5). */
    public static final int MOST_AUTHORS = 5;

    private static final int MOST_IDENTIFIERS = 100;

    /** The verdict that counts comes last: what fails before the rest, then the stricter policy. */
    private static final Comparator<DmarcVerdict> STRICTNESS =
            Comparator.comparing(DmarcVerdict::result).thenComparing(DmarcVerdict::policy);

    private final Dns dns;
    private final Duration limit;
    private final Clock clock;

    /**
     * @param dns who is asked
     * @param limit after which nobody is asked any more for a message
     */
    public DmarcChecker(Dns dns, Duration limit, Clock clock) {
        this.dns = dns;
        this.limit = limit;
        this.clock = clock;
    }

    /**
     * Evaluates a message. Each author's domain is evaluated by itself when there are several, and
     * what is strictest counts; of more than {@link #MOST_AUTHORS} the result is PERMERROR.
     *
     * @return a stage that completes as the look-ups do, on a thread of theirs, and never with an
     *     exception
     */
    public CompletionStage<DmarcVerdict> check(DmarcRequest request) {
        if (request.authors().isEmpty()) {
            return without(DmarcResult.PERMERROR, "no author");
        }
        List<String> authors = names(request.authors().stream());
        if (authors.isEmpty()) {
            return without(DmarcResult.NONE, "no author with a domain");
        }
        if (authors.size() > MOST_AUTHORS) {
            return without(DmarcResult.PERMERROR, "too many authors");
        }
        Questions questions = new Questions(dns, limit, clock);
        return check(questions, authors, identifiers(request))
                .thenApply(verdict -> verdict.withQuestions(questions.names()));
    }

    private static CompletionStage<DmarcVerdict> without(DmarcResult result, String problem) {
        return CompletableFuture.completedFuture(DmarcVerdict.without(result, "", problem));
    }

    private static CompletionStage<DmarcVerdict> check(
            Questions questions, List<String> authors, List<Identifier> identifiers) {
        CompletionStage<DmarcVerdict> strictest =
                new Evaluation(questions, authors.get(0), identifiers).verdict();
        for (String author : authors.subList(1, authors.size())) {
            Evaluation next = new Evaluation(questions, author, identifiers);
            strictest =
                    strictest.thenCompose(
                            one -> next.verdict().thenApply(other -> stricter(one, other)));
        }
        return strictest;
    }

    private static DmarcVerdict stricter(DmarcVerdict one, DmarcVerdict other) {
        return STRICTNESS.compare(one, other) >= 0 ? one : other;
    }

    /** Those that are domains, in A-labels. */
    private static List<Identifier> identifiers(DmarcRequest request) {
        return request.identifiers().stream()
                .flatMap(
                        each ->
                                DomainName.of(each.domain()).stream()
                                        .map(
                                                name ->
                                                        new Identifier(
                                                                each.method(),
                                                                name,
                                                                each.isSure())))
                .distinct()
                .limit(MOST_IDENTIFIERS)
                .toList();
    }

    private static List<String> names(Stream<String> domains) {
        return domains.map(DomainName::of).flatMap(Optional::stream).distinct().toList();
    }

    /**
     * The organizational domain of a domain (RFC 9989 section 4.10.2).
     *
     * @param domain in letters of any language and case
     * @return empty when it is no domain, and when the DNS does not answer
     */
    public CompletionStage<Optional<String>> organizationalDomain(String domain) {
        Optional<String> name = DomainName.of(domain);
        if (name.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return new Walk(new Questions(dns, limit, clock), name.get())
                .begin()
                .thenCompose(Walk::end)
                .thenApply(
                        walk ->
                                walk.isFailed()
                                        ? Optional.empty()
                                        : Optional.of(walk.organizationalDomain()));
    }
}
