package org.qpsmtpd.dns.lookup;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.qpsmtpd.api.net.NameServerAddress;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.dns.cache.AnswerCache;
import org.qpsmtpd.dns.message.Names;
import org.qpsmtpd.dns.message.Question;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.dns.transport.RandomBits;
import org.qpsmtpd.dns.upstream.NameServer;
import org.qpsmtpd.dns.upstream.NameServers;
import org.xbill.DNS.Name;

/** The resolver of a server. */
public final class ServerResolver implements Resolver, AutoCloseable {
    private static final long CACHE_OCTETS = 32L << 20;

    private final Loop loop;
    private final NameServers servers;
    private final AnswerCache cache;
    private final LookUps lookUps;
    private final LongAdder questions = new LongAdder();
    private final LongAdder hits = new LongAdder();

    /** The same resolver with the share of another purpose. */
    private record Purposed(ServerResolver all, DnsPurpose purpose) implements Resolver {
        @Override
        public <T> CompletionStage<DnsAnswer<T>> ask(String name, DnsType<T> type) {
            return all.ask(name, type, purpose);
        }

        @Override
        public Resolver forPurpose(DnsPurpose other) {
            return all.forPurpose(other);
        }
    }

    /**
     * A resolver that has asked nobody.
     *
     * @param source names the name servers; asked now and then, on the loop
     */
    public ServerResolver(Loop loop, Supplier<List<NameServerAddress>> source) {
        this(loop, source, System::nanoTime);
    }

    ServerResolver(Loop loop, Supplier<List<NameServerAddress>> source, LongSupplier nanos) {
        this.loop = loop;
        RandomBits random = new RandomBits();
        servers = new NameServers(loop, source, random);
        cache = new AnswerCache(CACHE_OCTETS, nanos);
        lookUps = new LookUps(loop, servers, cache, random);
    }

    @Override
    public <T> CompletionStage<DnsAnswer<T>> ask(String name, DnsType<T> type) {
        return ask(name, type, DnsPurpose.GENERAL);
    }

    @Override
    public Resolver forPurpose(DnsPurpose purpose) {
        return new Purposed(this, purpose);
    }

    private <T> CompletionStage<DnsAnswer<T>> ask(
            String name, DnsType<T> type, DnsPurpose purpose) {
        questions.increment();
        Optional<Name> absolute = Names.parse(name);
        if (absolute.isEmpty()) {
            return CompletableFuture.completedFuture(DnsAnswer.none(Status.NO_NAME));
        }
        Question question = new Question(absolute.get(), type);
        DnsAnswer<?> known = lookUps.find(question, purpose);
        if (known != null) {
            hits.increment();
            return CompletableFuture.completedFuture(typed(known));
        }
        CompletableFuture<DnsAnswer<?>> asker = new CompletableFuture<>();
        loop.execute(() -> lookUps.start(question, purpose, asker));
        return typed(asker);
    }

    @SuppressWarnings("unchecked") // a question's answer holds what its type says
    private static <T> DnsAnswer<T> typed(DnsAnswer<?> answer) {
        return (DnsAnswer<T>) answer;
    }

    @SuppressWarnings("unchecked") // as above
    private static <T> CompletionStage<DnsAnswer<T>> typed(CompletableFuture<?> asker) {
        return (CompletionStage<DnsAnswer<T>>) asker;
    }

    /**
     * Forgets what has been answered.
     *
     * @return completes when that is done
     */
    public CompletionStage<Void> flush() {
        return CompletableFuture.runAsync(lookUps::flush, loop::execute);
    }

    /** Ends all look-ups as failed, and all that come. */
    @Override
    public void close() {
        loop.execute(lookUps::close);
    }

    /** How each name server does; none before the first question. */
    public List<NameServer.Figures> servers() {
        return servers.figures();
    }

    /** The figures now. */
    public Figures figures() {
        return new Figures(
                questions.sum(),
                hits.sum(),
                lookUps.joined(),
                lookUps.failures(),
                lookUps.refused(),
                cache.size(),
                cache.octets());
    }

    /** How many questions a purpose has on their way. */
    public int atWork(DnsPurpose purpose) {
        return lookUps.atWork(purpose);
    }

    /** How many questions of a purpose wait for their turn. */
    public int waiting(DnsPurpose purpose) {
        return lookUps.waiting(purpose);
    }

    /**
     * What has been asked, and what came of it.
     *
     * @param questions all there were
     * @param hits those that were answered at once
     * @param joined those that were on their way already
     * @param failed how often nobody had an answer
     * @param refused those that found no room to wait
     * @param kept how many answers and failures are kept
     * @param keptOctets how much memory they take, roughly
     */
    public record Figures(
            long questions,
            long hits,
            long joined,
            long failed,
            long refused,
            long kept,
            long keptOctets) {}
}
