package org.qpsmtpd.core.chain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.auth.SaslMechanism;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.core.log.LogTaker;

/**
 * An immutable set of plugins in order. A session takes the one that is current when it connects
 * and keeps it until it ends.
 */
public final class Generation {
    private final int number;
    private final Instant since = Instant.now();
    private final List<PluginInstance> plugins;
    private final List<String> faults;
    private final Map<HookPoint, List<Link>> chains = new EnumMap<>(HookPoint.class);
    private final List<Link> suppliers;
    private final boolean takesBinary;
    private final TlsSource tls;
    private final SaslSource sasl;
    private final Health health = new Health(chains);
    private final OwnFigures figures = new OwnFigures();
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean retired;
    private volatile long retiredAt;

    /**
     * @param number counts up
     * @param plugins the plugins in the order of {@code config/plugins}
     * @param faults why the configuration cannot be served, a sentence each; mail is deferred
     *     unless empty
     */
    public Generation(int number, List<PluginInstance> plugins, List<String> faults) {
        this.number = number;
        this.plugins = List.copyOf(plugins);
        this.faults = List.copyOf(faults);
        suppliers = suppliers();
        for (HookPoint point : HookPoint.values()) {
            List<Link> chain = new ArrayList<>();
            for (PluginInstance plugin : plugins) {
                if (plugin.answers(point)) {
                    chain.add(new Link(plugin, point, this::lookUpsMayWait));
                }
            }
            if (!chain.isEmpty()) {
                chains.put(point, List.copyOf(chain));
            }
        }
        tls = new TlsSource(plugins);
        sasl = new SaslSource(plugins);
        takesBinary =
                has(HookPoint.QUEUE)
                        && chain(HookPoint.QUEUE).stream().allMatch(Generation::takesBinary);
    }

    private static boolean takesBinary(Link link) {
        return link.plugin().plugin() instanceof QueueHook queue && queue.takesBinary();
    }

    private List<Link> suppliers() {
        List<Link> found = new ArrayList<>();
        for (HookPoint point : List.of(HookPoint.CONFIG, HookPoint.USER_CONFIG)) {
            for (PluginInstance plugin : plugins) {
                if (plugin.answers(point)) {
                    found.add(new Link(plugin, point, () -> false));
                }
            }
        }
        return List.copyOf(found);
    }

    /** Any plugin may look up configuration, and a plugin that supplies it may ask the network. */
    public boolean lookUpsMayWait() {
        for (Link supplier : suppliers) {
            if (!supplier.nonBlocking()) {
                return true;
            }
        }
        return false;
    }

    /** Counts up with each change. */
    public int number() {
        return number;
    }

    /** When it was made. */
    public Instant since() {
        return since;
    }

    /** The plugins in order. */
    public List<PluginInstance> plugins() {
        return plugins;
    }

    /** Why mail must be deferred; empty when everything that is configured is there. */
    public List<String> faults() {
        return faults;
    }

    /** Whether any plugin answers the hook. */
    public boolean has(HookPoint point) {
        return chains.containsKey(point);
    }

    /** Whether every queue plugin takes messages of any octets. */
    public boolean takesBinary() {
        return takesBinary;
    }

    /**
     * How many recipients of one message all queue plugins take, as far as they know. One that is
     * away, fails, or has held up a connection's thread before, knows nothing: it is asked for its
     * answer when the message is there.
     */
    public int mostRecipients(HookHost host) {
        int most = Integer.MAX_VALUE;
        for (Link link : chain(HookPoint.QUEUE)) {
            int its = QueueTerm.MOST_RECIPIENTS.of(host, link, QueueHook::mostRecipients);
            most = Math.min(most, Math.max(1, its));
        }
        return most;
    }

    /** Whether all queue plugins take two recipients in one message. */
    public boolean takesTogether(HookHost host, Connection connection, Address one, Address two) {
        return chain(HookPoint.QUEUE).stream()
                .allMatch(
                        link ->
                                QueueTerm.TAKES_TOGETHER.of(
                                        host,
                                        link,
                                        hook -> hook.takesTogether(connection, one, two)));
    }

    /** The extensions that all queue plugins honour, as far as they know; may be changed. */
    public Set<QueueExtension> honoured(HookHost host) {
        List<Link> chain = chain(HookPoint.QUEUE);
        Set<QueueExtension> all =
                chain.isEmpty()
                        ? EnumSet.noneOf(QueueExtension.class)
                        : EnumSet.allOf(QueueExtension.class);
        for (Link link : chain) {
            all.retainAll(QueueTerm.HONOURS.of(host, link, QueueHook::honours));
        }
        return all;
    }

    /** The plugins of a hook in order. */
    List<Link> chain(HookPoint point) {
        return chains.getOrDefault(point, List.of());
    }

    /**
     * Asks the plugins of a hook that gives values in order, until one knows. Returns within a
     * bounded time.
     *
     * @throws SettingUnknown when a plugin is away, fails or is late, so that nobody takes its
     *     silence for no
     */
    public <H, T> Optional<T> first(
            HookHost host, HookPoint point, Class<H> type, Function<H, Optional<T>> question) {
        for (Link link : chain(point)) {
            Optional<T> answer =
                    new Question<T>(host, link, hook -> question.apply(type.cast(hook))).ask();
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    /** Whether a plugin supplies what encrypted connections need. */
    public boolean hasTls() {
        return tls.isThere();
    }

    /**
     * Whether connections to a port of ours begin with TLS, asked where there is no session yet;
     * absent while that plugin is away, and when it fails.
     */
    public Optional<Boolean> isImplicitTls(int port) {
        return tls.isImplicit(port);
    }

    /** Asks that plugin; absent also while it is away, and when it fails. */
    public <T> Optional<T> askTls(HookHost host, Function<TlsHook, Optional<T>> question) {
        return tls.ask(host, question);
    }

    /** Whether a plugin brings mechanisms of authentication. */
    public boolean bringsSasl() {
        return sasl.isThere();
    }

    /** The mechanisms that plugins bring for a connection, by their names. */
    public Map<String, SaslMechanism> saslMechanisms(HookHost host) {
        return sasl.mechanisms(host);
    }

    /**
     * What the plugins of a hook say of themselves, in order. One that is away, fails, or has held
     * up a connection's thread before, says nothing.
     */
    public <H, T> List<T> said(
            HookHost host, HookPoint point, Class<H> type, Function<H, T> question) {
        List<T> answers = new ArrayList<>();
        for (Link link : chain(point)) {
            PluginInstance plugin = link.plugin();
            Object hook = plugin.isDemoted() ? null : plugin.enter();
            if (hook != null) {
                Came<T> came = Door.call(host, link, hook, it -> question.apply(type.cast(it)));
                plugin.exit();
                T answer = came.value();
                if (answer == null) {
                    Door.count(host, link, came);
                } else {
                    answers.add(answer);
                }
            }
        }
        return answers;
    }

    /** The logging plugins in order; one that is away takes no lines meanwhile. */
    public List<LogTaker> loggers() {
        List<LogTaker> loggers = new ArrayList<>();
        for (Link link : chain(HookPoint.LOGGING)) {
            PluginInstance plugin = link.plugin();
            Object present = plugin.plugin();
            LogWishes wishes = plugin.logWishes();
            if (present != null && wishes != null) {
                Logger logger = new Logger(plugin, System.identityHashCode(present));
                loggers.add(
                        new LogTaker(
                                plugin.name(),
                                logger,
                                wishes.threshold(),
                                wishes.records(),
                                wishes.decisions(),
                                wishes.standardError()));
            }
        }
        return loggers;
    }

    /** What each plugin's calls were like, in the order of hooks and calls. */
    public List<PluginStatus> pluginStatus() {
        List<PluginStatus> rows = new ArrayList<>();
        for (List<Link> chain : chains.values()) {
            for (Link link : chain) {
                String remark = health.decider(link.plugin()).map(Health::remark).orElse("");
                rows.add(link.status(remark));
            }
        }
        return rows;
    }

    /** What the plugins count of their own, in their order; waits a moment for each. */
    public List<PluginFigure> figures() {
        return figures.of(plugins);
    }

    /** Why mail is not taken for the moment, a sentence each. */
    public List<String> hindrances() {
        return faults.isEmpty() ? health.hindrances() : faults;
    }

    /** What an administrator should know although mail flows, a sentence each. */
    public List<String> warnings() {
        return health.warnings(plugins);
    }

    /** The set as a whole. */
    public GenerationStatus status(boolean current) {
        List<String> names =
                plugins.stream()
                        .map(plugin -> plugin.name() + " " + plugin.origin().version())
                        .toList();
        return new GenerationStatus(number, current, since, users(), names, faults);
    }

    /** Counts a session in. */
    public void enter() {
        users.incrementAndGet();
    }

    /** Counts a session out. */
    public void leave() {
        users.decrementAndGet();
    }

    /** How many sessions are pinned to it. */
    public int users() {
        return users.get();
    }

    /** New sessions get another set, and plugins of this one were replaced or taken away. */
    public void retire() {
        if (!retired) {
            retiredAt = System.nanoTime();
            retired = true;
        }
    }

    /** Whether its sessions are to end as soon as they can, so many seconds after it retired. */
    public boolean isOver(int seconds) {
        return retired && System.nanoTime() - retiredAt >= TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Whether a plugin is part of it. */
    public boolean uses(@Nullable PluginInstance plugin) {
        return plugins.contains(plugin);
    }
}
