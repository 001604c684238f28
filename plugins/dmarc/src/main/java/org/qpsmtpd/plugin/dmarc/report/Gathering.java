package org.qpsmtpd.plugin.dmarc.report;

import java.time.Duration;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.mailauth.report.ReportUri;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts messages in the store: those with all in common in one row. A new row, and a new domain,
 * takes a number first, as long as there are some. No call waits.
 */
final class Gathering {
    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);
    private static final Duration BETWEEN_WARNINGS = Duration.ofHours(1);

    private final Store store;
    private final Clock clock;
    private final Bounds bounds;
    private final Quiet full;

    /**
     * How much is gathered.
     *
     * @param domains a day
     * @param rows a domain
     * @param allRows of all domains a day
     */
    record Bounds(long domains, long rows, long allRows) {}

    Gathering(Store store, Clock clock, Bounds bounds) {
        this.store = store;
        this.clock = clock;
        this.bounds = bounds;
        full = new Quiet(clock, BETWEEN_WARNINGS);
    }

    /**
     * Counts a message.
     *
     * @return completes when it is done; false when there is no room for it
     */
    CompletionStage<Boolean> count(Observed observed) {
        LocalDate day = Days.of(observed.at());
        Duration life = Days.life(day, clock.now());
        return about(day, observed, life)
                .thenCompose(
                        isCounted ->
                                isCounted && isWanted(observed)
                                        ? row(day, observed, life)
                                        : CompletableFuture.completedFuture(isCounted));
    }

    private static boolean isWanted(Observed observed) {
        String uris = String.join(",", observed.record().aggregateReports());
        return !ReportUri.parse(uris, 1).isEmpty();
    }

    private CompletionStage<Boolean> about(LocalDate day, Observed observed, Duration life) {
        String key = Keys.about(day, observed.policyDomain());
        return store.update(key, old -> old.map(value -> oneMore(value, observed)))
                .thenCompose(
                        known ->
                                known.isPresent()
                                        ? CompletableFuture.completedFuture(true)
                                        : newDomain(day, observed, life));
    }

    private static StoredValue oneMore(StoredValue value, Observed observed) {
        About about = About.and(Optional.of(About.read(value.value())), observed);
        return new StoredValue(about.text(), value.life());
    }

    private CompletionStage<Boolean> newDomain(LocalDate day, Observed observed, Duration life) {
        return store.add(Keys.domains(day), 1, life)
                .thenCompose(
                        number ->
                                number > bounds.domains()
                                        ? noRoom(day, "domains")
                                        : newDomain(day, number, observed, life));
    }

    private CompletionStage<Boolean> newDomain(
            LocalDate day, long number, Observed observed, Duration life) {
        String domain = observed.policyDomain();
        return store.set(Keys.domain(day, number), domain, life)
                .thenCompose(
                        done ->
                                store.update(
                                        Keys.about(day, domain),
                                        old ->
                                                old.map(value -> oneMore(value, observed))
                                                        .or(() -> first(observed, life))))
                .thenApply(done -> true);
    }

    private static Optional<StoredValue> first(Observed observed, Duration life) {
        return Optional.of(new StoredValue(About.and(Optional.empty(), observed).text(), life));
    }

    private CompletionStage<Boolean> noRoom(LocalDate day, String what) {
        if (full.isTime()) {
            LOG.warn("reports of {} are not complete: there are too many {}", day, what);
        }
        return CompletableFuture.completedFuture(false);
    }

    private CompletionStage<Boolean> row(LocalDate day, Observed observed, Duration life) {
        String row = RowText.of(observed.row());
        String key = Keys.seen(day, observed.policyDomain(), Keys.digest(row));
        return store.update(key, old -> old.map(Gathering::oneMore))
                .thenCompose(
                        known ->
                                known.isPresent()
                                        ? CompletableFuture.completedFuture(true)
                                        : newRow(day, observed.policyDomain(), row, life));
    }

    private static StoredValue oneMore(StoredValue value) {
        return new StoredValue(RowText.oneMore(value.value()), value.life());
    }

    private CompletionStage<Boolean> newRow(
            LocalDate day, String domain, String row, Duration life) {
        return store.add(Keys.rows(day), 1, life)
                .thenCompose(
                        all ->
                                numbered(day, domain, all <= bounds.allRows())
                                        .thenCompose(
                                                number ->
                                                        number == 0
                                                                ? noRoom(day, "rows of " + domain)
                                                                : newRow(
                                                                        day, domain, number, row,
                                                                        life)));
    }

    /** A number for a row; 0 when there is none, which is counted. */
    private CompletionStage<Long> numbered(LocalDate day, String domain, boolean isRoom) {
        AtomicBoolean isNumbered = new AtomicBoolean();
        UnaryOperator<Optional<StoredValue>> change =
                old ->
                        old.map(
                                value -> {
                                    About about = About.read(value.value());
                                    isNumbered.set(isRoom && about.rows() < bounds.rows());
                                    About next =
                                            isNumbered.get() ? about.withRow() : about.withLeft();
                                    return new StoredValue(next.text(), value.life());
                                });
        return store.update(Keys.about(day, domain), change)
                .thenApply(
                        text ->
                                isNumbered.get()
                                        ? text.map(each -> About.read(each).rows()).orElse(0L)
                                        : 0L);
    }

    private CompletionStage<Boolean> newRow(
            LocalDate day, String domain, long number, String row, Duration life) {
        String digest = Keys.digest(row);
        return store.set(Keys.row(day, domain, number), digest, life)
                .thenCompose(
                        done ->
                                store.update(
                                        Keys.seen(day, domain, digest),
                                        old ->
                                                Optional.of(
                                                        old.map(Gathering::oneMore)
                                                                .orElseGet(
                                                                        () ->
                                                                                new StoredValue(
                                                                                        RowText
                                                                                                .counted(
                                                                                                        row,
                                                                                                        1),
                                                                                        life)))))
                .thenApply(done -> true);
    }
}
