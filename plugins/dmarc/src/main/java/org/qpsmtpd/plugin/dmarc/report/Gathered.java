package org.qpsmtpd.plugin.dmarc.report;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.mailauth.report.ReportRow;

/** Reads what was gathered. Waits for the store; for threads that may. */
final class Gathered {
    /** So many entries are asked for at a time. */
    private static final int AT_ONCE = 64;

    private final Store store;
    private final Gathering.Bounds bounds;

    /** Takes a row. */
    interface Taker {
        void take(ReportRow row) throws IOException;
    }

    Gathered(Store store, Gathering.Bounds bounds) {
        this.store = store;
        this.bounds = bounds;
    }

    /** The domains of a day. */
    List<String> domains(LocalDate day) throws IOException, InterruptedException {
        long count = number(Keys.domains(day), bounds.domains());
        Set<String> domains = new HashSet<>();
        for (long from = 1; from <= count; from += AT_ONCE) {
            domains.addAll(some(from, count, number -> Keys.domain(day, number)));
        }
        return domains.stream().sorted().toList();
    }

    private long number(String key, long most) throws IOException, InterruptedException {
        Optional<String> value = Stages.value(store.get(key));
        String digits = value.orElse("0");
        return digits.matches("[0-9]{1,18}") ? Math.min(most, Long.parseLong(digits)) : 0;
    }

    private List<String> some(long from, long to, LongFunction<String> keys)
            throws IOException, InterruptedException {
        List<String> wanted = new ArrayList<>();
        for (long i = from; i <= to && i < from + AT_ONCE; i++) {
            wanted.add(keys.apply(i));
        }
        return values(wanted);
    }

    private List<String> values(List<String> keys) throws IOException, InterruptedException {
        List<CompletionStage<Optional<String>>> asked = keys.stream().map(store::get).toList();
        List<String> values = new ArrayList<>();
        for (CompletionStage<Optional<String>> each : asked) {
            Stages.value(each).ifPresent(values::add);
        }
        return values;
    }

    /** What is known of a domain. */
    Optional<About> about(LocalDate day, String domain) throws IOException, InterruptedException {
        return Stages.value(store.get(Keys.about(day, domain))).map(About::read);
    }

    /** Gives the rows of a domain, each once. */
    void rows(LocalDate day, String domain, Taker taker) throws IOException, InterruptedException {
        long count = about(day, domain).map(About::rows).orElse(0L);
        Set<String> told = new HashSet<>();
        for (long from = 1; from <= count; from += AT_ONCE) {
            List<String> digests =
                    some(from, count, number -> Keys.row(day, domain, number)).stream()
                            .filter(told::add)
                            .toList();
            List<String> keys =
                    digests.stream().map(digest -> Keys.seen(day, domain, digest)).toList();
            for (String value : values(keys)) {
                taker.take(RowText.read(value));
            }
        }
    }

    /** What became of a report; absent when nobody has begun with it. */
    Optional<ReportState> state(LocalDate day, String domain)
            throws IOException, InterruptedException {
        return Stages.value(store.get(Keys.report(day, domain))).map(ReportState::read);
    }
}
