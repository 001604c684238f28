package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.qpsmtpd.api.service.Clock;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;

/** Who of several servers, or of several instances, sends a report. Waits for the store. */
final class Claims {
    private final Store store;
    private final Clock clock;

    Claims(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Begins a try.
     *
     * @param isForced whether it need not be time yet
     * @return whose try it is now: this one's when its owner is the one that is given
     */
    ReportState claim(LocalDate day, String domain, String owner, boolean isForced)
            throws IOException, InterruptedException {
        Instant now = clock.now();
        Optional<String> state =
                Stages.value(
                        store.update(
                                Keys.report(day, domain),
                                old -> Optional.of(claimed(old, day, owner, now, isForced))));
        return state.map(ReportState::read).orElseGet(() -> ReportState.first(owner, now));
    }

    private static StoredValue claimed(
            Optional<StoredValue> old, LocalDate day, String owner, Instant now, boolean isForced) {
        if (old.isEmpty()) {
            String text = ReportState.first(owner, now).text();
            return new StoredValue(text, Days.life(day, now));
        }
        StoredValue value = old.get();
        ReportState state = ReportState.read(value.value());
        String text =
                state.isFree(now, isForced) ? state.claimed(owner, now).text() : value.value();
        return new StoredValue(text, value.life());
    }

    static String newOwner() {
        return UUID.randomUUID().toString();
    }

    /** Keeps what came of a try, unless another one has begun since. */
    void keep(LocalDate day, String domain, String owner, ReportState next)
            throws IOException, InterruptedException {
        var unused =
                Stages.value(
                        store.update(
                                Keys.report(day, domain),
                                old ->
                                        old.map(
                                                value ->
                                                        isOwner(value, owner)
                                                                ? new StoredValue(
                                                                        next.text(), value.life())
                                                                : value)));
    }

    private static boolean isOwner(StoredValue value, String owner) {
        return ReportState.read(value.value()).owner().equals(owner);
    }
}
