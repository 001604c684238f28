package org.qpsmtpd.mailauth.dmarc;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.dmarc.Walk.Place;

/**
 * The evaluation of one author (RFC 9989 section 5.3).
 *
 * @param questions of the message
 * @param author in A-labels and lower case
 * @param identifiers likewise
 */
record Evaluation(Questions questions, String author, List<Identifier> identifiers) {
    private static final String NO_ANSWER = "no answer of the DNS";

    CompletionStage<DmarcVerdict> verdict() {
        return new Walk(questions, author).begin().thenCompose(this::walk).thenCompose(this::judge);
    }

    private CompletionStage<Walk> walk(Walk walk) {
        boolean isEnough = walk.own().isPresent() && Alignment.areSame(author, identifiers);
        return isEnough ? CompletableFuture.completedFuture(walk) : walk.end();
    }

    private CompletionStage<DmarcVerdict> judge(Walk walk) {
        if (walk.isFailed() && walk.own().isEmpty()) {
            return without(DmarcResult.TEMPERROR, NO_ANSWER + " for a policy of " + author);
        }
        Optional<Place> policy = walk.policy();
        if (policy.isEmpty()) {
            return without(DmarcResult.NONE, "no policy");
        }
        DmarcRecord record = policy.get().record();
        if (!record.isUsable()) {
            String where = policy.get().domain();
            return without(DmarcResult.NONE, "no policy: the record of " + where + " has none");
        }
        return new Alignment(questions, walk, author, record)
                .compare(identifiers)
                .thenCompose(alignment -> judge(walk, policy.get(), alignment));
    }

    private CompletionStage<DmarcVerdict> without(DmarcResult result, String problem) {
        return CompletableFuture.completedFuture(DmarcVerdict.without(result, author, problem));
    }

    private CompletionStage<DmarcVerdict> judge(Walk walk, Place policy, Alignment alignment) {
        if (policy.domain().equals(author)) {
            return CompletableFuture.completedFuture(
                    verdict(walk, policy, alignment, policy.record().own()));
        }
        if (walk.showsStart() || !policy.record().asksExistence()) {
            return CompletableFuture.completedFuture(
                    verdict(walk, policy, alignment, policy.record().below(true)));
        }
        return questions
                .existence(author)
                .thenApply(status -> verdict(walk, policy, alignment, status));
    }

    private DmarcVerdict verdict(
            Walk walk, Place policy, Alignment alignment, DnsResult.Status existence) {
        if (existence == DnsResult.Status.FAILED && !alignment.isAny()) {
            return temporary(walk, policy, alignment, NO_ANSWER + " whether " + author + " exists");
        }
        boolean isExisting = existence != DnsResult.Status.NO_NAME;
        return verdict(walk, policy, alignment, policy.record().below(isExisting));
    }

    private DmarcVerdict verdict(Walk walk, Place policy, Alignment alignment, DmarcPolicy wanted) {
        if (alignment.isUnknown()) {
            return temporary(walk, policy, alignment, NO_ANSWER + " for a domain that may be its");
        }
        DmarcResult result = alignment.isAny() ? DmarcResult.PASS : DmarcResult.FAIL;
        return verdict(walk, policy, alignment, result, wanted, "");
    }

    private DmarcVerdict temporary(Walk walk, Place policy, Alignment alignment, String problem) {
        return verdict(walk, policy, alignment, DmarcResult.TEMPERROR, DmarcPolicy.NONE, problem);
    }

    private DmarcVerdict verdict(
            Walk walk,
            Place policy,
            Alignment alignment,
            DmarcResult result,
            DmarcPolicy wanted,
            String problem) {
        return new DmarcVerdict(
                result,
                wanted,
                author,
                policy.domain(),
                walk.isFailed() ? "" : walk.organizationalDomain(),
                Optional.of(policy.record()),
                alignment.isSpf(),
                alignment.isDkim(),
                List.of(),
                problem);
    }
}
