package org.qpsmtpd.api.dnslist;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.dnslist.ListHealth.Trial;
import org.qpsmtpd.api.dnslist.Listing.Outcome;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.Resolver;

/**
 * Asks lists, all at once. A list that refuses to answer or that answers nonsense is not believed:
 * with the first question, and once an hour, its entries for tests are asked for as well, and what
 * it says counts only when they are right. A plugin keeps one in a field. Safe for use by several
 * threads; holds none.
 */
public final class DnsLists {
    private static final int MAX_FIGURES = 25;
    private static final int MAX_NAME = 50;

    private static final CompletionStage<Boolean> UNTRIED = CompletableFuture.completedFuture(true);

    private final Resolver resolver;
    private final boolean selfTest;
    private final Map<Key, ListHealth> health = new ConcurrentHashMap<>();
    private volatile @Nullable Clock known;

    private record Key(String zone, ListSubject.Kind kind) {}

    /**
     * @param resolver who asks, for the purpose that the lists are for
     * @param selfTest whether the entries for tests are asked for; a list without them needs false
     */
    public DnsLists(Resolver resolver, boolean selfTest) {
        this.resolver = resolver;
        this.selfTest = selfTest;
    }

    /**
     * Asks lists about a subject.
     *
     * @param lists in the order of the file
     * @param threshold what the weights of the lists with a hit must reach, from 1
     * @param clock the server's
     * @return completes as soon as no answer that is missing can change whether the threshold is
     *     reached, and never with an exception
     */
    public CompletionStage<ListVote> ask(
            List<DnsList> lists, ListSubject subject, int threshold, Clock clock) {
        Poll poll = new Poll(lists, threshold);
        for (int i = 0; i < lists.size(); i++) {
            int place = i;
            CompletionStage<Listing> answer = ask(lists.get(i), subject, clock);
            answer.thenAccept(listing -> poll.take(place, listing));
        }
        return poll.vote();
    }

    /** Asks one list about a subject; the stage never completes with an exception. */
    public CompletionStage<Listing> ask(DnsList list, ListSubject subject, Clock clock) {
        ListHealth state =
                health.computeIfAbsent(
                        new Key(list.zone(), subject.kind()),
                        key -> new ListHealth(key.zone(), key.kind()));
        known = clock;
        if (state.isOff(clock.now())) {
            return CompletableFuture.completedFuture(Listing.of(list, Outcome.UNKNOWN));
        }
        if (selfTest && state.beginsTrial(clock.now())) {
            state.trialRuns(trial(list, subject.kind(), state, clock));
        }
        CompletionStage<Boolean> trial = selfTest ? state.trial() : UNTRIED;
        state.asked();
        return resolver.ask(subject.labels() + "." + list.zone(), DnsType.A)
                .thenCombine(
                        trial,
                        (answer, isFit) ->
                                isFit ? outcome(list, answer, state, clock) : Outcome.UNKNOWN)
                .thenCompose(outcome -> withText(list, outcome, subject));
    }

    private CompletionStage<Boolean> trial(
            DnsList list, ListSubject.Kind kind, ListHealth state, Clock clock) {
        CompletionStage<DnsAnswer<Inet4Address>> unlisted =
                resolver.ask(kind.unlisted() + "." + list.zone(), DnsType.A);
        return resolver.ask(kind.listed() + "." + list.zone(), DnsType.A)
                .thenCombine(unlisted, (have, haveNot) -> judge(have, haveNot, state, clock))
                .thenApply(found -> state.tried(found, clock.now()));
    }

    private static Trial judge(
            DnsAnswer<Inet4Address> listed,
            DnsAnswer<Inet4Address> unlisted,
            ListHealth state,
            Clock clock) {
        if (isAlarming(listed, state, clock) || isAlarming(unlisted, state, clock)) {
            return Trial.UNKNOWN;
        }
        if (unlisted.isFound()) {
            return Trial.LISTS_ALL;
        }
        if (listed.isFailed() || unlisted.isFailed()) {
            return Trial.UNKNOWN;
        }
        return listed.isFound() ? Trial.FIT : Trial.LISTS_NOTHING;
    }

    private static Outcome outcome(
            DnsList list, DnsAnswer<Inet4Address> answer, ListHealth state, Clock clock) {
        if (answer.isFailed()) {
            state.failed(clock.now());
            return Outcome.UNKNOWN;
        }
        if (isAlarming(answer, state, clock)) {
            return Outcome.UNKNOWN;
        }
        boolean isHit = answer.records().stream().anyMatch(list::counts);
        state.answered(isHit);
        return isHit ? Outcome.LISTED : Outcome.NOT_LISTED;
    }

    private static boolean isAlarming(
            DnsAnswer<Inet4Address> answer, ListHealth state, Clock clock) {
        for (Inet4Address address : answer.records()) {
            if (AnswerCodes.isAlarming(address)) {
                state.alarm("it answers " + address.getHostAddress(), clock.now());
                return true;
            }
        }
        return false;
    }

    private CompletionStage<Listing> withText(DnsList list, Outcome outcome, ListSubject subject) {
        if (outcome != Outcome.LISTED || list.weight() < 0) {
            return CompletableFuture.completedFuture(Listing.of(list, outcome));
        }
        if (!list.text().isEmpty()) {
            String text = ListingText.ofLine(list.text(), list, subject);
            return CompletableFuture.completedFuture(new Listing(list, outcome, text));
        }
        return resolver.texts(subject.labels() + "." + list.zone())
                .thenApply(answer -> ListingText.ofAnswer(answer.records()))
                .thenApply(text -> new Listing(list, outcome, text));
    }

    /**
     * How often each list was asked, hit and failed, and whether it is switched off; of twenty-five
     * at most.
     */
    public List<Figure> figures() {
        Clock clock = known;
        if (clock == null) {
            return List.of();
        }
        Map<String, ListHealth> named = new TreeMap<>();
        health.forEach((key, state) -> named.put(name(key), state));
        List<Figure> figures = new ArrayList<>();
        named.entrySet().stream()
                .limit(MAX_FIGURES)
                .forEach(one -> figures.addAll(one.getValue().figures(one.getKey(), clock.now())));
        return figures;
    }

    private static String name(Key key) {
        String all = key.zone().replaceAll("[^a-z0-9]", "_");
        String zone = all.substring(Math.max(0, all.length() - MAX_NAME));
        return key.kind() == ListSubject.Kind.IPV6 ? zone + "_ipv6" : zone;
    }
}
