package org.qpsmtpd.smtpclient;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.api.hook.QueueExtension;

/**
 * What a next hop does for those who ask it to, as far as its sessions have told; nothing before
 * the first. Holds for a day.
 */
final class HopOffers {
    private static final long KNOWN_FOR = TimeUnit.DAYS.toNanos(1);

    private record Known(Set<QueueExtension> honoured, long since) {}

    private volatile Known known = new Known(Set.of(), 0);
    private volatile boolean refusesChunks;

    /** The next hop said what it offers. */
    void learnt(Extensions offered, long now) {
        Set<QueueExtension> honoured = EnumSet.noneOf(QueueExtension.class);
        for (QueueExtension extension : QueueExtension.values()) {
            if (offered.has(extension.keyword())) {
                honoured.add(extension);
            }
        }
        known = new Known(Collections.unmodifiableSet(honoured), now);
    }

    /**
     * What can be promised to a client.
     *
     * @param now in the terms of {@link System#nanoTime}
     */
    Set<QueueExtension> honoured(long now) {
        Known last = known;
        return now - last.since() > KNOWN_FOR ? Set.of() : last.honoured();
    }

    /** It offered CHUNKING, and did not know BDAT. */
    void setRefusesChunks() {
        refusesChunks = true;
    }

    /** Whether BDAT can be used where CHUNKING is offered. */
    boolean takesChunks() {
        return !refusesChunks;
    }
}
