package org.qpsmtpd.dns.lookup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.dns.cache.AnswerCache;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.message.Reply;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.dns.transport.RandomBits;
import org.qpsmtpd.dns.upstream.Asking;
import org.qpsmtpd.dns.upstream.NameServers;

/**
 * All look-ups of a server that are on their way. A question that is on its way already, for the
 * same purpose, is not asked again. Belongs to the loop, but where it says otherwise.
 */
final class LookUps {
    private static final int MOST_AT_WORK = 1024;
    private static final int MOST_WAITING = 8192;
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

    private final Loop loop;
    private final NameServers servers;
    private final AnswerCache cache;
    private final RandomBits random;
    private final Map<Asked, LookUp> known = new HashMap<>();
    private final Map<DnsPurpose, Share> shares = new EnumMap<>(DnsPurpose.class);
    private final AtomicLong joined = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private boolean closed;

    private record Asked(Question question, DnsPurpose purpose) {}

    LookUps(Loop loop, NameServers servers, AnswerCache cache, RandomBits random) {
        this.loop = loop;
        this.servers = servers;
        this.cache = cache;
        this.random = random;
        for (DnsPurpose purpose : DnsPurpose.values()) {
            shares.put(purpose, new Share(loop, MOST_AT_WORK, MOST_WAITING));
        }
    }

    private static boolean takesStale(DnsPurpose purpose) {
        return purpose == DnsPurpose.GENERAL;
    }

    /** What is known without asking anybody; null when nothing is. From any thread. */
    @Nullable DnsAnswer<?> find(Question question, DnsPurpose purpose) {
        return cache.find(question, takesStale(purpose));
    }

    /** Finds the answer, and completes the asker with it in any case. */
    void start(Question question, DnsPurpose purpose, CompletableFuture<DnsAnswer<?>> asker) {
        DnsAnswer<?> answer = closed ? failed() : find(question, purpose);
        if (answer != null) {
            asker.complete(answer); // it came while this one was on the way to the loop
            return;
        }
        Asked asked = new Asked(question, purpose);
        LookUp onItsWay = known.get(asked);
        if (onItsWay == null) {
            begin(asked, asker);
        } else if (onItsWay.join(asker)) {
            joined.incrementAndGet();
        } else {
            refuse(asker);
        }
    }

    private void begin(Asked asked, CompletableFuture<DnsAnswer<?>> asker) {
        LookUp lookUp =
                new LookUp(asked.question(), this::ask, (one, reply) -> over(asked, one, reply));
        var unused = lookUp.join(asker);
        if (share(asked.purpose()).admit(lookUp)) {
            known.put(asked, lookUp);
            lookUp.limit(loop.after(LIMIT, () -> lookUp.end(Reply.FAILED)));
        } else {
            refuse(asker);
        }
    }

    private Asking ask(Question question, Consumer<Reply> told) {
        return new Asking(loop, servers, question, random::next, told);
    }

    private void over(Asked asked, LookUp lookUp, Reply reply) {
        known.remove(asked);
        share(asked.purpose()).over(lookUp);
        if (reply.isFailed()) {
            failed.incrementAndGet();
        }
        // One that could not even begin says nothing about the name.
        DnsAnswer<?> answer =
                lookUp.isAtWork() && !closed
                        ? cache.keep(lookUp.question(), reply, takesStale(asked.purpose()))
                        : failed();
        lookUp.tell(answer);
    }

    private void refuse(CompletableFuture<DnsAnswer<?>> asker) {
        refused.incrementAndGet();
        asker.complete(failed());
    }

    static DnsAnswer<?> failed() {
        return DnsAnswer.none(Status.FAILED);
    }

    private Share share(DnsPurpose purpose) {
        Share share = shares.get(purpose);
        if (share == null) {
            throw new IllegalStateException("no share for " + purpose);
        }
        return share;
    }

    /** Forgets what has been answered. */
    void flush() {
        cache.clear();
    }

    /** Ends all that are on their way as failed, and all that come. */
    void close() {
        closed = true;
        // Those that wait first, so that the end of others is not their turn.
        List<LookUp> all = new ArrayList<>(known.values());
        all.sort(Comparator.comparing(LookUp::isAtWork));
        all.forEach(lookUp -> lookUp.end(Reply.FAILED));
        servers.close();
    }

    /** How many questions a purpose has on its way. From any thread. */
    int atWork(DnsPurpose purpose) {
        return share(purpose).atWork();
    }

    /** How many wait for their turn. From any thread. */
    int waiting(DnsPurpose purpose) {
        return share(purpose).waiting();
    }

    /** How many found their question on its way. From any thread. */
    long joined() {
        return joined.get();
    }

    /** How many ended without an answer. From any thread. */
    long failures() {
        return failed.get();
    }

    /** How many found no room even to wait. From any thread. */
    long refused() {
        return refused.get();
    }
}
