package org.qpsmtpd.dns.cache;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.message.Reply;

/**
 * Answers, for as long as name servers say that they hold, and failures for seconds. What is kept
 * is bounded: answers that nobody asked for of late make room. Any thread may look; only one, the
 * loop, changes.
 */
public final class AnswerCache {
    private static final long FAILURE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long STALE_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int OCTETS_PER_ENTRY = 400;
    private static final int OCTETS_PER_RECORD = 64;

    private final Map<Question, Entry> entries = new ConcurrentHashMap<>();
    private final Set<Question> order = new LinkedHashSet<>();
    private final AtomicLong octets = new AtomicLong();
    private final long most;
    private final LongSupplier nanos;

    /** An answer, or a failure beside the answer that there was before. */
    private static final class Entry {
        private final @Nullable DnsAnswer<?> answer;
        private final long goodUntil;
        private final long failedUntil;
        private volatile boolean used;

        /**
         * An entry.
         *
         * @param failedUntil nobody is asked before; the time of its making when nothing failed
         */
        Entry(@Nullable DnsAnswer<?> answer, long goodUntil, long failedUntil) {
            this.answer = answer;
            this.goodUntil = goodUntil;
            this.failedUntil = failedUntil;
        }

        /** What it takes in memory, roughly. */
        long octets() {
            long sum = OCTETS_PER_ENTRY;
            if (answer != null) {
                for (Object each : answer.records()) {
                    sum += OCTETS_PER_RECORD + (each instanceof String text ? text.length() : 0);
                }
            }
            return sum;
        }

        @Nullable DnsAnswer<?> stale(long now) {
            boolean may = answer != null && answer.isFound() && now - goodUntil < STALE_NANOS;
            return may && answer != null ? new DnsAnswer<>(Status.FOUND, answer.records()) : null;
        }
    }

    /**
     * An empty one.
     *
     * @param most octets that it may take, roughly
     * @param nanos a clock as {@link System#nanoTime} is
     */
    public AnswerCache(long most, LongSupplier nanos) {
        this.most = most;
        this.nanos = nanos;
    }

    /**
     * What is known of a question; null when somebody has to be asked.
     *
     * @param stale whether an answer that held until lately is better than a failure
     */
    public @Nullable DnsAnswer<?> find(Question question, boolean stale) {
        Entry entry = entries.get(question);
        if (entry == null) {
            return null;
        }
        long now = nanos.getAsLong();
        DnsAnswer<?> answer = entry.answer;
        if (answer != null && now - entry.goodUntil < 0) {
            if (!entry.used) {
                entry.used = true;
            }
            return answer;
        }
        return now - entry.failedUntil < 0 ? failure(entry, now, stale) : null;
    }

    private static DnsAnswer<?> failure(Entry entry, long now, boolean stale) {
        DnsAnswer<?> former = stale ? entry.stale(now) : null;
        return former == null ? DnsAnswer.none(Status.FAILED) : former;
    }

    /**
     * Keeps a reply. A failure leaves the answer that there was before.
     *
     * @param stale as {@link #find}
     * @return what is to be told to those who asked
     */
    public DnsAnswer<?> keep(Question question, Reply reply, boolean stale) {
        long now = nanos.getAsLong();
        if (reply.isFailed()) {
            Entry former = entries.get(question);
            DnsAnswer<?> answer = former == null ? null : former.answer;
            long goodUntil = former == null ? now : former.goodUntil;
            Entry failed = new Entry(answer, goodUntil, now + FAILURE_NANOS);
            put(question, failed);
            return failure(failed, now, stale);
        }
        if (reply.seconds() > 0) {
            long goodUntil = now + TimeUnit.SECONDS.toNanos(reply.seconds());
            put(question, new Entry(reply.answer(), goodUntil, now));
        } else {
            remove(question);
        }
        return reply.answer();
    }

    private void put(Question question, Entry entry) {
        long size = entry.octets();
        if (size > most / 16) {
            remove(question);
            return;
        }
        Entry former = entries.put(question, entry);
        octets.addAndGet(size - (former == null ? 0 : former.octets()));
        order.add(question);
        while (octets.get() > most) {
            makeRoom();
        }
    }

    /** The oldest one goes, unless it was of use since it was looked at last. */
    private void makeRoom() {
        Question oldest = order.iterator().next();
        Entry entry = entries.get(oldest);
        if (entry != null && entry.used && nanos.getAsLong() - entry.goodUntil < 0) {
            entry.used = false;
            order.remove(oldest);
            order.add(oldest);
        } else {
            remove(oldest);
        }
    }

    private void remove(Question question) {
        order.remove(question);
        Entry gone = entries.remove(question);
        if (gone != null) {
            octets.addAndGet(-gone.octets());
        }
    }

    /** Forgets all. */
    public void clear() {
        entries.clear();
        order.clear();
        octets.set(0);
    }

    /** How many answers and failures there are. */
    public int size() {
        return entries.size();
    }

    /** How much memory they take, roughly, in octets. */
    public long octets() {
        return octets.get();
    }
}
