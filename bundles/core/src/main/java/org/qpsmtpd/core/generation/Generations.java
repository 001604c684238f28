package org.qpsmtpd.core.generation;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.chain.Door;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.HookRun;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.client.PeerFiles;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.config.CoreFile;
import org.qpsmtpd.core.generation.ListDraft.Fault;
import org.qpsmtpd.core.generation.ListDrafts.Shape;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.PluginCall;

/**
 * Builds generations and keeps the current one. A change makes a candidate beside the current
 * generation; only when all of it is fit to serve does it become current. An instance whose line
 * and bundle did not change is used again; one that no generation with sessions uses is given back.
 * Used by one thread at a time, but for {@link #current}, {@link #live} and {@link #refused}.
 */
public final class Generations {
    private static final int MOST_ROUNDS = 100;
    private static final long RETRY_MILLIS = 2_000;

    /** How long the plugins that nobody uses any more are waited for together. */
    private static final long RETIRE_MILLIS = 3_000;

    private static final long CLOSE_MILLIS = 8_000;
    private static final int FATAL_THREADS = 800;

    private final InstanceFactory factory;
    private final ConfigDirectory config;
    private final LogRouter log;
    private final Map<String, Made> made = new HashMap<>();
    private final Map<Generation, Set<String>> live = new LinkedHashMap<>();
    private final BundleExchange.Share share;
    private Set<Bundle> wanted = Set.of();
    private @Nullable Shape shape;
    private volatile Set<String> lists = Set.of();
    private volatile Generation current = new Generation(0, List.of(), List.of("not yet started"));
    private volatile List<Generation> shown = List.of();
    private volatile List<String> refused = List.of();
    private boolean retryIsDue;

    /**
     * Nothing is built yet.
     *
     * @param share where exchanged bundles come from
     */
    public Generations(
            InstanceFactory factory,
            ConfigDirectory config,
            LogRouter log,
            BundleExchange.Share share) {
        this.factory = factory;
        this.config = config;
        this.log = log;
        this.share = share;
    }

    /** The set of plugins for new sessions. */
    public Generation current() {
        return current;
    }

    /** The generations that are current or have sessions, newest first. */
    public List<Generation> live() {
        return shown;
    }

    /** Why the latest change is not in use, a sentence each; empty when it is. */
    public List<String> refused() {
        return refused;
    }

    /** The plugin in whose bundle a class is. */
    public Optional<String> ownerOf(String className) {
        String entry = className.replace('.', '/') + ".class";
        for (Made used : made.values()) {
            Bundle bundle = used.bundle();
            boolean there = bundle.getState() != Bundle.UNINSTALLED;
            if (there && bundle.getEntry(entry) != null) {
                return Optional.of(used.instance().name());
            }
        }
        return Optional.empty();
    }

    /**
     * Whose line it is that is written outside of a call. May be called by any thread.
     *
     * @param logger its name, which is that of a class by custom
     */
    public Optional<PluginCall> speaker(String logger) {
        return Speakers.of(shown, logger);
    }

    /** A plugin has started more threads than it can mean to: it is passed over in the end. */
    public void tooManyThreads(String plugin, int threads) {
        boolean fatal = threads >= FATAL_THREADS;
        String text = "plugin " + plugin + " has " + threads + " threads of its own";
        log.log(LogLevel.CRIT, fatal ? text + "; it is passed over until it is replaced" : text);
        for (Made used : made.values()) {
            if (fatal && used.instance().name().equals(plugin)) {
                used.instance().condemn();
            }
        }
    }

    /** Begins to measure what memory plugins take in their calls, or ends that. */
    public void measureMemory(boolean begins) {
        Door.measure(begins);
        if (begins) {
            made.values().forEach(used -> used.instance().forgetMemoryTaken());
        }
    }

    /** The plugins whose calls took most since then, with the megabytes; empty for none. */
    public String memoryTakers() {
        return MemoryTakers.of(made.values().stream().map(Made::instance));
    }

    /** Whether a configuration is one that an instance here was made with. */
    public boolean made(String pid) {
        return factory.owns(pid);
    }

    /** Whether the plugins are what a file, or a folder, of the configuration says. */
    public boolean dependOn(String file) {
        return CoreFile.NAMES.contains(file)
                || file.equals(PeerFiles.FOLDER)
                || lists.contains(file);
    }

    /** Calls back when a plugin's service came or went by itself. */
    public void onChange(Runnable action) {
        factory.services().onChange(action);
    }

    /**
     * How long the next generation should wait for a plugin that is away and may come back, in
     * milliseconds; 0 for not at all.
     */
    public long patienceMillis() {
        long now = System.nanoTime();
        long limit = TimeUnit.SECONDS.toNanos(HookRun.AWAY_SECONDS);
        long most = 0;
        for (Made used : made.values()) {
            long away = used.instance().awayNanos(now);
            boolean mayReturn = (used.bundle().getState() & Bundle.UNINSTALLED) == 0;
            if (away > 0 && away < limit && mayReturn && current.uses(used.instance())) {
                most = Math.max(most, limit - away);
            }
        }
        return most == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(most) + 1;
    }

    /**
     * How soon the attempt to make the next generation should be repeated although nothing has
     * changed, in milliseconds; 0 for not at all.
     */
    public long retryMillis() {
        return retryIsDue ? RETRY_MILLIS : 0;
    }

    /** The configuration has changed, so that bundles may fit that did not. */
    public void reconsider() {
        share.reconsider();
    }

    /**
     * Builds a candidate from the files and bundles as they are now, and makes it current if it is
     * fit to serve, or if the current generation cannot go on.
     *
     * @return why it is not in use, a sentence each; empty when it is
     */
    public List<String> renew() {
        try {
            share.turn().lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refused;
        }
        try {
            return tryAnew();
        } finally {
            share.turn().unlock();
        }
    }

    private List<String> tryAnew() {
        Candidate candidate = build();
        retryIsDue = candidate.isWorthAnotherAttempt();
        List<String> sentences = candidate.drafts().sentences();
        if (!sentences.isEmpty() && canStay(candidate)) {
            stay(sentences);
        } else {
            if (!candidate.drafts().shape().equals(shape)) {
                publish(candidate);
            } else {
                useLoggers(current);
                tellMended();
            }
            refused = List.of();
            share.accepted(candidate.wanted());
        }
        retire();
        return sentences;
    }

    /** Builds until no new bundle is at fault; those that are go back to where they came from. */
    private Candidate build() {
        Candidate candidate = candidate();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Map<Bundle, String> culprits = new LinkedHashMap<>();
            for (Fault fault : candidate.drafts().faults()) {
                Bundle bundle = fault.bundle();
                if (bundle != null && candidate.wanted().contains(bundle) && mayGoBack(bundle)) {
                    culprits.merge(bundle, fault.sentence(), (a, b) -> a);
                }
            }
            if (culprits.isEmpty()) {
                break;
            }
            culprits.forEach(share::refuse);
            candidate = candidate();
        }
        return candidate;
    }

    private Candidate candidate() {
        List<Bundle> bundles = share.wanted();
        wanted = Set.copyOf(bundles);
        Candidate candidate = new Candidate(factory, config, log, made, bundles, inUse());
        candidate.build();
        lists = Set.copyOf(candidate.drafts().clients().names());
        return candidate;
    }

    /**
     * A mistake of this server's configuration takes nothing away that serves here or elsewhere.
     */
    private boolean mayGoBack(Bundle bundle) {
        return !isInUse(bundle) && !share.isSettledElsewhere(bundle);
    }

    private boolean isInUse(Bundle bundle) {
        return inUse().stream().anyMatch(used -> used.bundle().equals(bundle));
    }

    /** The instances of the current generation. */
    private List<Made> inUse() {
        List<Made> used = new ArrayList<>();
        for (String key : live.getOrDefault(current, Set.of())) {
            Made instance = made.get(key);
            if (instance != null) {
                used.add(instance);
            }
        }
        return used;
    }

    /**
     * Whether the current generation serves clients better than the candidate would, and nothing of
     * it has been taken away.
     */
    private boolean canStay(Candidate candidate) {
        if (current.number() == 0 || !isWorse(candidate)) {
            return false;
        }
        for (String key : live.getOrDefault(current, Set.of())) {
            Made used = made.get(key);
            if (used == null
                    || used.instance().isAway()
                    || (candidate.names(used.plugin()) && !candidate.offers(used.plugin()))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a list would be faulty that is not now; there is nothing to lose where all are. */
    private boolean isWorse(Candidate candidate) {
        List<String> faulty = current.faultyLists();
        return faulty.size() < current.lists().size()
                && !faulty.containsAll(candidate.drafts().faulty());
    }

    private void stay(List<String> sentences) {
        if (!sentences.equals(refused)) {
            sentences.forEach(fault -> log.log(LogLevel.ERROR, fault));
            log.log(
                    LogLevel.ERROR,
                    "generation " + current.number() + " stays in use until this is mended");
        }
        refused = sentences;
    }

    private void tellMended() {
        if (!refused.isEmpty()) {
            log.log(
                    LogLevel.NOTICE,
                    "mended: generation " + current.number() + " is what is configured again");
        }
    }

    private void publish(Candidate candidate) {
        ListDrafts drafts = candidate.drafts();
        Generation next = drafts.finish(current.number() + 1);
        shape = drafts.shape();
        List<PluginInstance> fresh = new ArrayList<>(next.plugins());
        live.keySet().forEach(earlier -> fresh.removeAll(earlier.plugins()));
        live.put(next, drafts.keys());
        new Beginning(log).tell(fresh);
        List<String> warned = current.warnings();
        current = next;
        useLoggers(next);
        new Announcement(log, config).tell(next, warned);
    }

    private void useLoggers(Generation generation) {
        log.expect(made.values().stream().map(used -> used.instance().settings().level()).toList());
        log.use(generation.loggers(), builtInLevel());
    }

    private LogLevel builtInLevel() {
        try {
            return config.value(CoreFile.LOGLEVEL.file())
                    .map(LogLevel::parse)
                    .orElse(LogRouter.DEFAULT_LEVEL);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            return LogRouter.DEFAULT_LEVEL; // an unreadable file is a fault of the generation
        }
    }

    /** Gives back the instances of generations that no session uses any more. */
    public void retire() {
        Generation now = current;
        live.keySet().removeIf(generation -> generation != now && generation.users() == 0);
        Set<String> used = new HashSet<>();
        live.values().forEach(used::addAll);
        List<Made> unused = new ArrayList<>();
        made.entrySet()
                .removeIf(
                        entry -> {
                            boolean gone = !used.contains(entry.getKey());
                            if (gone) {
                                unused.add(entry.getValue());
                            }
                            return gone;
                        });
        factory.release(unused, RETIRE_MILLIS, true);
        for (Generation generation : live.keySet()) {
            if (!now.plugins().containsAll(generation.plugins())) {
                generation.retire();
            }
        }
        releaseBundles();
        List<Generation> newestFirst = new ArrayList<>();
        live.keySet().forEach(generation -> newestFirst.add(0, generation));
        shown = List.copyOf(newestFirst);
    }

    private void releaseBundles() {
        Set<Bundle> kept = new HashSet<>(wanted);
        made.values().forEach(instance -> kept.add(instance.bundle()));
        share.held().stream().filter(bundle -> !kept.contains(bundle)).forEach(share::release);
    }

    /**
     * Gives everything back.
     *
     * @param hostGoesOn whether the framework and its configurations outlive the server
     */
    public void close(boolean hostGoesOn) {
        current = new Generation(current.number() + 1, List.of(), List.of("shutting down"));
        log.use(List.of(), builtInLevel());
        factory.release(List.copyOf(made.values()), CLOSE_MILLIS, hostGoesOn);
        made.clear();
        live.clear();
        shown = List.of();
        factory.close();
        share.leave();
    }
}
