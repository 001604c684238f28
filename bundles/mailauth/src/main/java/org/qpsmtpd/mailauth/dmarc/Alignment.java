package org.qpsmtpd.mailauth.dmarc;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.mailauth.DomainName;

/**
 * Compares the domains that SPF and DKIM found with that of the author (RFC 9989 section 4.4). For
 * one thread at a time.
 */
final class Alignment {
    /** Further domains that would each have to be asked for are of no use to anybody. */
    private static final int MOST_WALKS = 10;

    private final Questions questions;
    private final Walk author;
    private final String domain;
    private final DmarcRecord record;
    private int walks;
    private boolean isSpf;
    private boolean isDkim;
    private boolean isUnknown;

    private enum Match {
        YES,
        NO,
        UNKNOWN
    }

    private static final CompletionStage<Match> YES = CompletableFuture.completedFuture(Match.YES);
    private static final CompletionStage<Match> NO = CompletableFuture.completedFuture(Match.NO);
    private static final CompletionStage<Match> UNKNOWN =
            CompletableFuture.completedFuture(Match.UNKNOWN);

    /**
     * @param author the walk from the domain, as far as it was needed
     * @param record what applies to the domain
     */
    Alignment(Questions questions, Walk author, String domain, DmarcRecord record) {
        this.questions = questions;
        this.author = author;
        this.domain = domain;
        this.record = record;
    }

    /**
     * Whether all domains are the author's, so that nothing has to be asked to compare them.
     *
     * @param identifiers in A-labels
     */
    static boolean areSame(String domain, List<Identifier> identifiers) {
        return !identifiers.isEmpty()
                && identifiers.stream().allMatch(each -> each.domain().equals(domain));
    }

    boolean isSpf() {
        return isSpf;
    }

    boolean isDkim() {
        return isDkim;
    }

    boolean isAny() {
        return isSpf || isDkim;
    }

    /** Whether another domain would be aligned, had the DNS answered. */
    boolean isUnknown() {
        return isUnknown && !isAny();
    }

    /**
     * Compares: first those that are sure, and of these first those that need no question.
     *
     * @param identifiers in A-labels
     */
    CompletionStage<Alignment> compare(List<Identifier> identifiers) {
        CompletionStage<Alignment> stage = CompletableFuture.completedFuture(this);
        Comparator<Identifier> order =
                Comparator.comparing((Identifier each) -> !each.isSure())
                        .thenComparing(each -> !each.domain().equals(domain));
        for (Identifier each : identifiers.stream().sorted(order).toList()) {
            stage = stage.thenCompose(any -> compare(each));
        }
        return stage;
    }

    private CompletionStage<Alignment> compare(Identifier identifier) {
        boolean isDecided =
                identifier.isSure() ? isAligned(identifier.method()) : isAny() || isUnknown;
        return (isDecided ? NO : match(identifier)).thenApply(match -> note(identifier, match));
    }

    private boolean isAligned(Identifier.Method method) {
        return method == Identifier.Method.SPF ? isSpf : isDkim;
    }

    private Alignment note(Identifier identifier, Match match) {
        boolean isSure = match == Match.YES && identifier.isSure();
        isSpf = isSpf || (isSure && identifier.method() == Identifier.Method.SPF);
        isDkim = isDkim || (isSure && identifier.method() == Identifier.Method.DKIM);
        isUnknown = isUnknown || (match != Match.NO && !isSure);
        return this;
    }

    private CompletionStage<Match> match(Identifier identifier) {
        String other = identifier.domain();
        if (other.equals(domain)) {
            return YES;
        }
        if (record.isStrict(identifier.method()) || !sharesLabel(other)) {
            return NO;
        }
        if (author.isFailed()) {
            return UNKNOWN;
        }
        String organization = author.organizationalDomain();
        boolean isPossible = DomainName.isAtOrBelow(other, organization) && walks++ < MOST_WALKS;
        return isPossible ? match(other, organization) : NO;
    }

    private CompletionStage<Match> match(String other, String organization) {
        return new Walk(questions, other)
                .begin()
                .thenCompose(Walk::end)
                .thenApply(walk -> matched(walk, organization));
    }

    private static Match matched(Walk walk, String organization) {
        if (walk.isFailed()) {
            return Match.UNKNOWN;
        }
        return walk.organizationalDomain().equals(organization) ? Match.YES : Match.NO;
    }

    private boolean sharesLabel(String other) {
        return top(other).equals(top(domain));
    }

    private static String top(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
