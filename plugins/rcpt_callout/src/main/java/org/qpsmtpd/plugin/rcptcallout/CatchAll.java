package org.qpsmtpd.plugin.rcptcallout;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a next hop takes any address of a domain, as far as it is known. Bounded. Safe for use by
 * several threads.
 */
final class CatchAll {
    private static final int MOST = 10_000;

    private final Map<String, Entry> domains = new ConcurrentHashMap<>();

    private record Entry(boolean takesAny, Instant until) {}

    /** Absent when it is not known, or not any more. */
    Optional<Boolean> known(String domain, Instant now) {
        Entry found = domains.get(domain);
        return found == null || !now.isBefore(found.until)
                ? Optional.empty()
                : Optional.of(found.takesAny);
    }

    /**
     * Keeps what was learnt.
     *
     * @return whether it is news that any address is taken
     */
    boolean learn(String domain, boolean takesAny, Instant until) {
        if (domains.size() >= MOST) {
            domains.clear();
        }
        Entry before = domains.put(domain, new Entry(takesAny, until));
        return takesAny && (before == null || !before.takesAny);
    }
}
