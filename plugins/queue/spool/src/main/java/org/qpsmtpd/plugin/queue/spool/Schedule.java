package org.qpsmtpd.plugin.queue.spool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whose turn it is, among the messages that wait. One that was taken out is nobody else's until it
 * is put back. Safe for use by several threads.
 */
final class Schedule {
    private static final Comparator<Entry> BY_ID = Comparator.comparing(Entry::id);
    private static final Comparator<Entry> BY_AGE =
            Comparator.comparing(Entry::arrival).thenComparing(BY_ID);

    private final Map<String, Entry> all = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final TreeSet<Entry> ready =
            new TreeSet<>(
                    Comparator.comparingInt((Entry e) -> -e.priority()).thenComparing(BY_AGE));
    private final TreeSet<Entry> waiting =
            new TreeSet<>(Comparator.comparing(Entry::next).thenComparing(BY_ID));
    private final TreeSet<Entry> deadlines =
            new TreeSet<>(Comparator.comparing(Entry::deadline).thenComparing(BY_ID));
    private long octets;

    /** Takes a message up that is not known; nothing happens with one that is. */
    synchronized void add(Entry entry) {
        if (all.putIfAbsent(entry.id(), entry) == null) {
            octets += entry.octets();
            file(entry);
        }
    }

    synchronized boolean knows(String id) {
        return all.containsKey(id);
    }

    /** Forgets all that nobody has taken. */
    synchronized void clear() {
        for (Entry each : all()) {
            if (!taken.contains(each.id())) {
                unfile(each);
                forget(each.id());
            }
        }
    }

    /** Takes out the first of those that may be tried. */
    synchronized Optional<Entry> takeReady(Instant now) {
        while (!waiting.isEmpty() && !waiting.first().next().isAfter(now)) {
            ready.add(waiting.pollFirst());
        }
        return ready.isEmpty() ? Optional.empty() : Optional.of(take(ready.first()));
    }

    /** Takes out one about which something must be done. */
    synchronized Optional<Entry> takeDue(Instant now) {
        boolean isNone = deadlines.isEmpty() || deadlines.first().deadline().isAfter(now);
        return isNone ? Optional.empty() : Optional.of(take(deadlines.first()));
    }

    /** Takes out a certain one; absent when it is not there, or somebody else has it. */
    synchronized Optional<Entry> take(String id) {
        Entry entry = all.get(id);
        return entry == null || taken.contains(id) ? Optional.empty() : Optional.of(take(entry));
    }

    private Entry take(Entry entry) {
        unfile(entry);
        taken.add(entry.id());
        return entry;
    }

    /** Puts one back that was taken out. */
    synchronized void putBack(Entry entry) {
        if (taken.remove(entry.id())) {
            all.put(entry.id(), entry);
            file(entry);
        }
    }

    /** Says that one that was taken out is no more. */
    synchronized void remove(String id) {
        if (taken.remove(id)) {
            forget(id);
        }
    }

    /** Lets all be tried that are not held. */
    synchronized int flush(Instant now) {
        List<Entry> some = new ArrayList<>(waiting);
        some.forEach(this::unfile);
        for (Entry each : some) {
            Entry at = each.at(now);
            all.put(at.id(), at);
            file(at);
        }
        return some.size() + ready.size();
    }

    /** When something can be tried; {@link Instant#MAX} when nothing waits. */
    synchronized Instant nextTry(Instant now) {
        if (!ready.isEmpty()) {
            return now;
        }
        return waiting.isEmpty() ? Instant.MAX : waiting.first().next();
    }

    /** When something must be done; {@link Instant#MAX} when nothing waits. */
    synchronized Instant nextDeadline() {
        return deadlines.isEmpty() ? Instant.MAX : deadlines.first().deadline();
    }

    /** How many somebody has taken. */
    synchronized int taken() {
        return taken.size();
    }

    synchronized Room.Load load() {
        return new Room.Load(all.size(), octets);
    }

    /** Those who wait, the oldest first. */
    synchronized List<Entry> all() {
        return all.values().stream().sorted(BY_AGE).toList();
    }

    synchronized Optional<Instant> oldest() {
        return all.values().stream().map(Entry::arrival).min(Comparator.naturalOrder());
    }

    private void file(Entry entry) {
        if (!entry.isHeld()) {
            deadlines.add(entry);
            waiting.add(entry);
        }
    }

    private void unfile(Entry entry) {
        deadlines.remove(entry);
        waiting.remove(entry);
        ready.remove(entry);
    }

    private void forget(String id) {
        Entry entry = all.remove(id);
        if (entry != null) {
            octets -= entry.octets();
        }
    }
}
