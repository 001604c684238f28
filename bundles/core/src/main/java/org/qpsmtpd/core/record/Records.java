package org.qpsmtpd.core.record;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.qpsmtpd.api.log.SessionRecord;

/** The records of the last sessions that ended, as many as fit. */
public final class Records {
    private static final int MOST = 1000;
    private static final long MOST_OCTETS = 8L * 1024 * 1024;

    private final Deque<Kept> kept = new ArrayDeque<>();
    private final int most;
    private final long mostOctets;
    private long octets;

    private record Kept(SessionLog log, String remoteHost) {
        SessionRecord snapshot() {
            return log.snapshot(remoteHost, true, null);
        }

        boolean isOf(String id) {
            return id.equals(log.id()) || id.startsWith(log.id() + "-");
        }
    }

    /** Keeps the last thousand, or what fits into 8 MiB. */
    public Records() {
        this(MOST, MOST_OCTETS);
    }

    Records(int most, long mostOctets) {
        this.most = most;
        this.mostOctets = mostOctets;
    }

    /** Keeps the record of a session that has ended. */
    public synchronized void keep(SessionLog log, String remoteHost) {
        kept.addLast(new Kept(log, remoteHost));
        octets += log.weight();
        while (kept.size() > most || octets > mostOctets) {
            octets -= kept.removeFirst().log().weight();
        }
    }

    /**
     * The record of a session.
     *
     * @param id of the connection or of one of its messages
     */
    public synchronized Optional<SessionRecord> find(String id) {
        for (Iterator<Kept> newest = kept.descendingIterator(); newest.hasNext(); ) {
            Kept candidate = newest.next();
            if (candidate.isOf(id)) {
                return Optional.of(candidate.snapshot());
            }
        }
        return Optional.empty();
    }

    /** All that are kept, newest first. */
    public synchronized List<SessionRecord> all() {
        List<SessionRecord> all = new ArrayList<>(kept.size());
        kept.descendingIterator().forEachRemaining(one -> all.add(one.snapshot()));
        return all;
    }
}
