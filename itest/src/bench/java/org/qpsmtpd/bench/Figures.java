package org.qpsmtpd.bench;

import java.util.ArrayList;
import java.util.List;

/** What one server did at one work, over all rounds. */
final class Figures {
    private final Product product;
    private final List<Round> rounds = new ArrayList<>();
    private final Failures failures = new Failures();
    private ProcFiles.Memory memory = new ProcFiles.Memory(0, 0);

    Figures(Product product) {
        this.product = product;
    }

    /** One round: units are messages, or sessions where these carry none. */
    private record Round(
            double perSecond, double cpuPerThousand, double p50, double p99, long units) {}

    void add(Load.Result result, double cpuSeconds, ProcFiles.Memory used) {
        failures.addAll(result.failures());
        memory = used;
        if (result.units() > 0) {
            rounds.add(
                    new Round(
                            result.units() / result.seconds(),
                            cpuSeconds * 1000 / result.units(),
                            result.quantile(0.5),
                            result.quantile(0.99),
                            result.units()));
        }
    }

    void fail(String text) {
        failures.add(text, 1);
    }

    Product product() {
        return product;
    }

    double perSecond() {
        return Statistics.median(rounds, Round::perSecond);
    }

    double cpuPerThousand() {
        return Statistics.median(rounds, Round::cpuPerThousand);
    }

    double p50() {
        return Statistics.median(rounds, Round::p50);
    }

    double p99() {
        return Statistics.median(rounds, Round::p99);
    }

    long units() {
        return rounds.stream().mapToLong(Round::units).sum();
    }

    ProcFiles.Memory memory() {
        return memory;
    }

    Failures failures() {
        return failures;
    }
}
