package org.qpsmtpd.plugin.auth.authoauth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.peer.PeerFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an issuer as they were fetched last. They are fetched when there are none, when they
 * are old, and for a token with a key that is not among them, but not more often than once a
 * minute, or in ten seconds while there are none. While they cannot be fetched, those of the last
 * day stay in use. Safe for use by several threads.
 */
final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long SHORT_WHILE = Duration.ofSeconds(10).toNanos();
    private static final long DAY = Duration.ofDays(1).toNanos();

    private final Supplier<CompletionStage<String>> source;
    private final long refresh;
    private final LongSupplier clock;
    private @Nullable KeySet known;
    private long fetched;
    private long tried;
    private @Nullable PeerFailure failure;
    private @Nullable CompletableFuture<KeySet> pending;

    /**
     * @param source gives the text of the list; called on any thread, and does not wait
     * @param refresh after which time keys are old
     * @param clock as {@link System#nanoTime}
     */
    KeyRing(Supplier<CompletionStage<String>> source, Duration refresh, LongSupplier clock) {
        this.source = source;
        this.refresh = refresh.toNanos();
        this.clock = clock;
    }

    /**
     * The keys that a token may be signed with; none when the issuer has no such key.
     *
     * @return fails with a {@link PeerFailure} when that cannot be told now
     */
    CompletionStage<List<JWK>> of(JWSHeader header) {
        long now = clock.getAsLong();
        KeySet current = current(now);
        List<JWK> found = current == null ? List.of() : current.of(header);
        if (current != null && !found.isEmpty()) {
            renewIfOld(now);
            return CompletableFuture.completedStage(found);
        }
        return fetchIfDue(now).thenApply(keys -> keys.of(header));
    }

    private synchronized @Nullable KeySet current(long now) {
        return now - fetched < DAY ? known : null;
    }

    private void renewIfOld(long now) {
        synchronized (this) {
            if (now - fetched < refresh) {
                return;
            }
        }
        var unused = fetchIfDue(now);
    }

    private CompletionStage<KeySet> fetchIfDue(long now) {
        CompletableFuture<KeySet> begun;
        synchronized (this) {
            if (pending != null) {
                return pending;
            }
            boolean isFirst = known == null && failure == null;
            if (!isFirst && now - tried < (known == null ? SHORT_WHILE : MINUTE)) {
                return last(now);
            }
            tried = now;
            begun = new CompletableFuture<>();
            pending = begun;
        }
        var unused =
                source.get()
                        .thenApply(KeySet::parse)
                        .whenComplete((keys, failed) -> take(begun, keys, failed));
        return begun;
    }

    private CompletionStage<KeySet> last(long now) {
        PeerFailure why = failure;
        KeySet keys = current(now);
        return why == null && keys != null
                ? CompletableFuture.completedStage(keys)
                : CompletableFuture.failedStage(
                        why == null
                                ? new PeerFailure(PeerFailure.Kind.AWAY, "its keys are too old")
                                : why);
    }

    private void take(
            CompletableFuture<KeySet> begun, @Nullable KeySet keys, @Nullable Throwable failed) {
        PeerFailure why = failed == null ? null : PeerFailure.of(failed);
        synchronized (this) {
            pending = null;
            failure = why;
            if (keys != null) {
                known = keys;
                fetched = clock.getAsLong();
            }
        }
        if (keys != null) {
            begun.complete(keys);
        } else if (why != null) {
            LOG.warn("the keys cannot be fetched: {}", why.text());
            begun.completeExceptionally(why);
        }
    }

    /** How many there are. */
    synchronized int size() {
        return known == null ? 0 : known.keys().size();
    }
}
