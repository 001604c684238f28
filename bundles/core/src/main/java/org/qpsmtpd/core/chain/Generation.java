package org.qpsmtpd.core.chain;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.TlsHook;
import org.qpsmtpd.core.client.ClientLists;
import org.qpsmtpd.core.log.LogTaker;

/**
 * An immutable set of plugins in order, in one list or several. A session takes the set that is
 * current when it connects and keeps it until it ends; its client has one of the lists at a time.
 */
public final class Generation {
    private final int number;
    private final Instant since = Instant.now();
    private final List<PluginList> lists;
    private final ClientLists clients;
    private final List<PluginInstance> plugins;
    private final List<String> faults;
    private final List<TlsSource> tls;
    private final OwnFigures figures = new OwnFigures();
    private final AtomicInteger users = new AtomicInteger();
    private volatile boolean retired;
    private volatile long retiredAt;

    /**
     * With several lists.
     *
     * @param number counts up
     * @param lists one for each name of {@code clients}, in the same order
     * @param clients which client has which
     */
    public Generation(int number, List<PluginList> lists, ClientLists clients) {
        this.number = number;
        this.lists = List.copyOf(lists);
        this.clients = clients;
        plugins = distinct(PluginList::plugins);
        faults = distinct(PluginList::faults);
        tls =
                this.lists.stream()
                        .map(PluginList::tls)
                        .filter(TlsSource::isThere)
                        .distinct()
                        .toList();
    }

    /**
     * With one list for all.
     *
     * @param number counts up
     * @param plugins the plugins in the order of {@code config/plugins}
     * @param faults why the configuration cannot be served, a sentence each; mail is deferred
     *     unless empty
     */
    public Generation(int number, List<PluginInstance> plugins, List<String> faults) {
        this(
                number,
                List.of(new PluginList(ClientLists.USUAL, List.of(), plugins, faults)),
                ClientLists.ONE);
    }

    private <T> List<T> distinct(Function<PluginList, List<T>> part) {
        return lists.stream().flatMap(list -> part.apply(list).stream()).distinct().toList();
    }

    /** Counts up with each change. */
    public int number() {
        return number;
    }

    /** When it was made. */
    public Instant since() {
        return since;
    }

    /** The plugin lists; the usual one is the first. */
    public List<PluginList> lists() {
        return lists;
    }

    /**
     * The list of a client.
     *
     * @param port the port of ours that it came to
     * @param encrypted whether the connection is under TLS, or begins with it
     * @param authenticated whether the client has said who it is
     */
    public PluginList listFor(
            InetAddress client, int port, boolean encrypted, boolean authenticated) {
        return lists.get(clients.of(client, port, encrypted, authenticated));
    }

    /** The plugins of all lists, in order. */
    public List<PluginInstance> plugins() {
        return plugins;
    }

    /** Why mail of some list must be deferred; empty when everything is there. */
    public List<String> faults() {
        return faults;
    }

    /** Names of the lists whose clients' mail must be deferred. */
    public List<String> faultyLists() {
        return lists.stream()
                .filter(list -> !list.faults().isEmpty())
                .map(PluginList::name)
                .toList();
    }

    /** Whether a plugin supplies what encrypted connections need. */
    public boolean hasTls() {
        return !tls.isEmpty();
    }

    /**
     * Whether connections to a port of ours begin with TLS, asked where there is no session yet;
     * absent while a plugin that may say so is away, and when it fails.
     */
    public Optional<Boolean> isImplicitTls(int port) {
        return anySays(source -> source.isImplicit(port));
    }

    /** The same for a session, whose log has the failures. */
    public Optional<Boolean> isImplicitTls(HookHost host, int port) {
        return anySays(source -> source.ask(host, hook -> Optional.of(hook.isImplicit(port))));
    }

    private Optional<Boolean> anySays(Function<TlsSource, Optional<Boolean>> question) {
        Optional<Boolean> all = Optional.of(false);
        for (TlsSource source : tls) {
            Optional<Boolean> answer = question.apply(source);
            if (answer.orElse(false)) {
                return answer;
            }
            all = answer.isEmpty() ? answer : all;
        }
        return all;
    }

    /**
     * Asks the plugin of a list, or where that has none, the first one that another list has;
     * absent also while it is away, and when it fails.
     */
    public <T> Optional<T> askTls(
            HookHost host, PluginList list, Function<TlsHook, Optional<T>> question) {
        if (list.tls().isThere()) {
            return list.tls().ask(host, question);
        }
        return tls.isEmpty() ? Optional.empty() : tls.get(0).ask(host, question);
    }

    /** The logging plugins of all lists in order; one that is away takes no lines meanwhile. */
    public List<LogTaker> loggers() {
        List<LogTaker> loggers = new ArrayList<>();
        for (PluginInstance plugin : plugins) {
            Object present = plugin.plugin();
            LogWishes wishes = plugin.logWishes();
            if (plugin.answers(HookPoint.LOGGING) && present != null && wishes != null) {
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

    /** What each plugin's calls were like, in the order of lists, hooks and calls. */
    public List<PluginStatus> pluginStatus() {
        return lists.stream().flatMap(list -> list.pluginStatus().stream()).toList();
    }

    /** What the plugins count of their own, in their order; waits a moment for each. */
    public List<PluginFigure> figures() {
        return figures.of(plugins);
    }

    /** Why mail is not taken for the moment, a sentence each. */
    public List<String> hindrances() {
        return distinct(PluginList::hindrances);
    }

    /** What an administrator should know although mail flows, a sentence each. */
    public List<String> warnings() {
        return distinct(PluginList::warnings);
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
