package org.qpsmtpd.bench;

import java.util.Map;
import java.util.TreeMap;

/** Sessions that did not go as they should, counted by what happened. Safe for several threads. */
final class Failures {
    private final Map<String, Integer> counts = new TreeMap<>();

    void add(Exception failure) {
        String text = failure.getMessage();
        add(text == null ? failure.getClass().getSimpleName() : text, 1);
    }

    synchronized void add(String text, int count) {
        counts.merge(text, count, Integer::sum);
    }

    void addAll(Failures others) {
        others.copy().forEach(this::add);
    }

    synchronized int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized Map<String, Integer> copy() {
        return new TreeMap<>(counts);
    }
}
