package org.qpsmtpd.itest.process;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Times that a test measured, for what it prints; in nanoseconds. */
record Figures(List<Long> sorted) {
    Figures {
        sorted = sorted.stream().sorted().toList();
    }

    static Figures of(Collection<Long> nanos) {
        return new Figures(List.copyOf(nanos));
    }

    /** The time that this share of them, 0 to 1, kept below; 0 when there are none. */
    double millis(double share) {
        if (sorted.isEmpty()) {
            return 0;
        }
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.get(Math.max(0, index)) / (double) Duration.ofMillis(1).toNanos();
    }

    double median() {
        return millis(0.5);
    }

    double p99() {
        return millis(0.99);
    }

    double max() {
        return millis(1);
    }

    /** Prints a line of a test's report. */
    static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
