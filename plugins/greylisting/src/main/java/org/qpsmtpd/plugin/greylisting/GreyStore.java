package org.qpsmtpd.plugin.greylisting;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;

/** The entries, and how many senders of each network came again. */
final class GreyStore {
    private static final long HOUR = 3_600;
    private static final long DAY = 86_400;

    private final Store store;
    private final int autoAllow;

    /**
     * A network of clients, {@code TIME:COUNT} in the store.
     *
     * @param time when it was counted or seen last, in seconds of the epoch
     */
    private record Network(long time, long count) {
        static Optional<Network> parse(String value) {
            int colon = value.indexOf(':');
            try {
                return Optional.of(
                        new Network(
                                Long.parseLong(value.substring(0, Math.max(colon, 0))),
                                Long.parseLong(value.substring(colon + 1))));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        StoredValue stored(Terms terms) {
            return new StoredValue(time + ":" + count, Duration.ofSeconds(terms.white()));
        }
    }

    /**
     * @param autoAllow after how many senders a network needs to wait no more; 0 for never
     */
    GreyStore(Store store, int autoAllow) {
        this.store = store;
        this.autoAllow = autoAllow;
    }

    /** Counts one more message of a key, and says whether it passes. */
    CompletionStage<Verdict> judge(String key, InetAddress client, Instant now, Terms terms) {
        CompletionStage<Verdict> verdict =
                autoAllow == 0
                        ? message(key, now, terms)
                        : ofNetwork(key, GreyKeys.network(client), now, terms);
        return verdict.exceptionally(failure -> Verdict.unknown(reason(failure)));
    }

    private CompletionStage<Verdict> message(String key, Instant now, Terms terms) {
        return store.update(key, stored -> Optional.of(GreyEntry.next(stored, now, terms)))
                .thenApply(
                        value ->
                                value.flatMap(GreyEntry::parse)
                                        .map(Verdict::of)
                                        .orElseGet(() -> Verdict.unknown("the entry is gone")));
    }

    private CompletionStage<Verdict> ofNetwork(
            String key, String network, Instant now, Terms terms) {
        return store.get(network)
                .thenCompose(
                        value -> {
                            Optional<Network> known = value.flatMap(Network::parse);
                            return known.isPresent() && known.get().count() >= autoAllow
                                    ? allowed(network, known.get(), now, terms)
                                    : counted(key, network, now, terms);
                        });
    }

    private CompletionStage<Verdict> allowed(
            String network, Network known, Instant now, Terms terms) {
        Verdict verdict = Verdict.pass("network is known, " + known.count() + " senders");
        long time = now.getEpochSecond();
        if (time - known.time() < DAY) {
            return CompletableFuture.completedFuture(verdict);
        }
        StoredValue seen = new Network(time, known.count()).stored(terms);
        return store.set(network, seen.value(), seen.life()).thenApply(done -> verdict);
    }

    private CompletionStage<Verdict> counted(String key, String network, Instant now, Terms terms) {
        return store.update(key, stored -> Optional.of(GreyEntry.next(stored, now, terms)))
                .thenCompose(
                        value -> {
                            GreyEntry entry =
                                    value.flatMap(GreyEntry::parse)
                                            .orElse(new GreyEntry(0, 0, 0, 0));
                            Verdict verdict = Verdict.of(entry);
                            return entry.passesFirst()
                                    ? count(network, now, terms).thenApply(done -> verdict)
                                    : CompletableFuture.completedFuture(verdict);
                        });
    }

    /** One sender an hour at most, so that a flood of them does not count. */
    private CompletionStage<Optional<String>> count(String network, Instant now, Terms terms) {
        long time = now.getEpochSecond();
        return store.update(
                network,
                stored -> {
                    Network known =
                            stored.flatMap(value -> Network.parse(value.value()))
                                    .orElse(new Network(0, 0));
                    boolean counts = time - known.time() >= HOUR;
                    Network next = counts ? new Network(time, known.count() + 1) : known;
                    return Optional.of(next.stored(terms));
                });
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        if (failure instanceof CompletionException && cause != null) {
            return String.valueOf(cause.getMessage());
        }
        return String.valueOf(failure.getMessage());
    }
}
