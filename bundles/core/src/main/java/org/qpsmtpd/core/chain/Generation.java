package org.qpsmtpd.core.chain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogTaker;
import org.qpsmtpd.core.log.PluginCall;

/**
 * An immutable set of plugins in order. A session takes the one that is current when it connects
 * and keeps it until it ends.
 */
public final class Generation {
    /** Why no message is taken when nobody stores it. */
    public static final String NO_QUEUE =
            "config/plugins names no queue plugin: messages are deferred with 451";

    /** Whether a class says itself how many recipients it takes; most do not. */
    private static final ClassValue<Boolean> LIMITS_RECIPIENTS =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    try {
                        Class<?> where = type.getMethod("mostRecipients").getDeclaringClass();
                        return where != QueueHook.class;
                    } catch (ReflectiveOperationException | LinkageError e) {
                        return true; // asking tells
                    }
                }
            };

    private final int number;
    private final Instant since = Instant.now();
    private final List<PluginInstance> plugins;
    private final List<String> faults;
    private final Map<HookPoint, List<Link>> chains = new EnumMap<>(HookPoint.class);
    private final List<Link> suppliers;
    private final boolean takesBinary;
    private final @Nullable PluginInstance tls;
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
        tls =
                plugins.stream()
                        .filter(plugin -> plugin.plugin() instanceof TlsHook)
                        .findFirst()
                        .orElse(null);
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
            most = Math.min(most, Math.max(1, mostRecipients(host, link)));
        }
        return most;
    }

    private static int mostRecipients(HookHost host, Link link) {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.isDemoted() ? null : plugin.enter();
        if (hook == null) {
            return Integer.MAX_VALUE;
        }
        try {
            return LIMITS_RECIPIENTS.get(hook.getClass())
                    ? Door.call(host, link, ((QueueHook) hook)::mostRecipients)
                    : Integer.MAX_VALUE;
        } catch (Throwable e) { // whatever it throws, the message is not lost by it
            Door.threw(host, link, e);
            return Integer.MAX_VALUE;
        } finally {
            plugin.exit();
        }
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
        return tls != null;
    }

    /**
     * Whether connections to a port of ours begin with TLS, asked where there is no session yet;
     * absent while that plugin is away, and when it fails.
     */
    public Optional<Boolean> isImplicitTls(int port) {
        PluginInstance plugin = tls;
        Object hook = plugin == null ? null : plugin.enter();
        if (plugin == null || hook == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(((TlsHook) hook).isImplicit(port));
        } catch (Throwable e) { // whatever it throws; a session says what
            return Optional.empty();
        } finally {
            plugin.exit();
        }
    }

    /** Asks that plugin; absent also while it is away, and when it fails. */
    public <T> Optional<T> askTls(HookHost host, Function<TlsHook, Optional<T>> question) {
        PluginInstance plugin = tls;
        Object hook = plugin == null ? null : plugin.enter();
        if (plugin == null || hook == null) {
            return Optional.empty();
        }
        PluginCall mark =
                new PluginCall(
                        plugin.name(), "tls", host.connection().id(), plugin.settings().level());
        try {
            return Door.call(host, plugin, mark, () -> question.apply((TlsHook) hook));
        } catch (Throwable e) { // whatever it throws, the session goes by what it knows
            host.log().log(LogLevel.CRIT, mark, Door.text(plugin.name(), e));
            return Optional.empty();
        } finally {
            plugin.exit();
        }
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
                        new LogTaker(plugin.name(), logger, wishes.threshold(), wishes.records()));
            }
        }
        return loggers;
    }

    // ---- status

    /** What each plugin's calls were like, in the order of hooks and calls. */
    public List<PluginStatus> pluginStatus() {
        List<PluginStatus> rows = new ArrayList<>();
        for (List<Link> chain : chains.values()) {
            for (Link link : chain) {
                String remark = decider(link.plugin()).map(Generation::remark).orElse("");
                rows.add(link.status(remark));
            }
        }
        return rows;
    }

    private static String remark(Link decider) {
        return "never asked: " + decider.name() + " decides before it";
    }

    /**
     * The plugin that answers before another one in any case, at each hook of that; absent when
     * that one is asked at any.
     */
    private Optional<Link> decider(PluginInstance asked) {
        Optional<Link> found = Optional.empty();
        for (List<Link> chain : chains.values()) {
            int place = chain.stream().map(Link::plugin).toList().indexOf(asked);
            Optional<Link> earlier =
                    chain.subList(0, Math.max(0, place)).stream()
                            .filter(link -> link.plugin().decides(link.point()))
                            .findFirst();
            if (place >= 0 && earlier.isEmpty()) {
                return earlier;
            }
            found = found.isPresent() ? found : earlier;
        }
        return found;
    }

    /** Why mail is not taken for the moment, a sentence each. */
    public List<String> hindrances() {
        List<String> reasons = new ArrayList<>(faults);
        if (!faults.isEmpty()) {
            return reasons;
        }
        if (!has(HookPoint.QUEUE)) {
            reasons.add(NO_QUEUE);
        }
        if (!has(HookPoint.RCPT)) {
            reasons.add(
                    "config/plugins names no plugin that accepts recipients: each is deferred with"
                            + " 450; add one such as rcpt_ok");
        }
        for (List<Link> chain : chains.values()) {
            chain.forEach(link -> hindrance(link).ifPresent(reasons::add));
        }
        return reasons;
    }

    private static Optional<String> hindrance(Link link) {
        PluginInstance plugin = link.plugin();
        boolean needed = HookRun.defersMail(link.point());
        String what = "plugin " + link.name() + ", hook " + link.point().hookName() + ", ";
        if (needed && plugin.isAway() && !plugin.origin().optional()) {
            return Optional.of(what + "is stopped: mail that needs it is deferred");
        }
        boolean rests = !plugin.breaker().state().equals("closed");
        return needed && rests && !link.skipOnError()
                ? Optional.of(what + "failed too often: mail that needs it is deferred")
                : Optional.empty();
    }

    /** What an administrator should know although mail flows, a sentence each. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (PluginInstance plugin : plugins) {
            decider(plugin)
                    .map(link -> neverAsked(plugin.name(), link.point(), link.name()))
                    .map(fault -> plugin.origin().place() + ": " + fault)
                    .ifPresent(warnings::add);
        }
        return warnings;
    }

    /** Says that a plugin stands behind one that decides. */
    public static String neverAsked(String plugin, HookPoint point, String decider) {
        return "plugin '"
                + plugin
                + "' is never asked at "
                + point.hookName()
                + ", since "
                + decider
                + " decides before it; give it a line above "
                + decider
                + ", or mark it @Plugin(before = \""
                + decider
                + "\") and give it none";
    }

    /** The set as a whole. */
    public GenerationStatus status(boolean current) {
        List<String> names =
                plugins.stream()
                        .map(plugin -> plugin.name() + " " + plugin.origin().version())
                        .toList();
        return new GenerationStatus(number, current, since, users(), names, faults);
    }

    // ---- sessions

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
