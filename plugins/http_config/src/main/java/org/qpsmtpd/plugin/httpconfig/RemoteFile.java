package org.qpsmtpd.plugin.httpconfig;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One file of the configuration: what is known of it, and at most one question that is open. */
final class RemoteFile {
    private final String name;
    private final List<Source> sources;
    private final Duration limit;
    private final LongSupplier nanos;
    private final AtomicReference<@Nullable CompletableFuture<Known>> open =
            new AtomicReference<>();
    private volatile @Nullable Known known;
    private volatile @Nullable Long failed;

    RemoteFile(String name, List<Source> sources, Duration limit, LongSupplier nanos) {
        this.name = name;
        this.sources = sources;
        this.limit = limit;
        this.nanos = nanos;
    }

    /** What was said last, however long ago; null when nothing was yet. */
    @Nullable Known known() {
        return known;
    }

    /** Whether the servers failed to say it a moment ago, so that they are left alone. */
    boolean isPaused() {
        Long when = failed;
        return when != null && nanos.getAsLong() - when < Source.PAUSE_NANOS;
    }

    /**
     * Asks the servers in order, until one has the file; whoever asks meanwhile gets the same
     * answer.
     *
     * @return completes within the limit; exceptionally when it is not known what they have
     */
    CompletableFuture<Known> ask() {
        CompletableFuture<Known> mine = new CompletableFuture<>();
        CompletableFuture<Known> other = open.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        from(0, new ArrayList<>(), nanos.getAsLong() + limit.toNanos(), null)
                .whenComplete((now, failure) -> answered(mine, now, failure));
        return mine;
    }

    private void answered(
            CompletableFuture<Known> mine, @Nullable Known now, @Nullable Throwable failure) {
        if (now != null) {
            known = now;
            failed = null;
        } else {
            failed = nanos.getAsLong();
        }
        open.set(null);
        if (now != null) {
            mine.complete(now);
        } else {
            mine.completeExceptionally(
                    failure == null ? new IllegalStateException("no answer") : failure);
        }
    }

    private CompletionStage<Known> from(
            int number, List<Page> pages, long due, @Nullable Throwable fault) {
        if (number == sources.size()) {
            return fault == null
                    ? CompletableFuture.completedFuture(result(pages))
                    : CompletableFuture.failedFuture(fault);
        }
        Known before = known;
        Page last = before == null ? Page.NONE : before.page(number);
        long share = Math.max(1, (due - nanos.getAsLong()) / (sources.size() - number));
        return sources.get(number)
                .get(name, last, Duration.ofNanos(share))
                .handle((page, failure) -> next(number, pages, due, fault, page, failure))
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Known> next(
            int number,
            List<Page> pages,
            long due,
            @Nullable Throwable fault,
            @Nullable Page page,
            @Nullable Throwable failure) {
        pages.add(page == null ? Page.NONE : page);
        if (page != null && !page.values().isEmpty()) {
            return CompletableFuture.completedFuture(result(pages));
        }
        return from(number + 1, pages, due, fault == null ? failure : fault);
    }

    private Known result(List<Page> pages) {
        return new Known(List.copyOf(pages), nanos.getAsLong());
    }
}
