package org.qpsmtpd.core.chain;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.QueueHook;

/**
 * An immutable set of plugins in order. A session takes the one that is current when it connects
 * and keeps it until it ends.
 */
public final class Generation {
    private final int number;
    private final List<PluginInstance> plugins;
    private final List<String> faults;
    private final Map<HookPoint, List<Link<?>>> chains = new EnumMap<>(HookPoint.class);
    private final boolean takesBinary;
    private final AtomicInteger users = new AtomicInteger();

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
        boolean mayWait = lookUpsMayWait();
        for (HookPoint point : HookPoint.values()) {
            List<Link<?>> chain = new ArrayList<>();
            for (PluginInstance plugin : plugins) {
                if (plugin.answers(point)) {
                    chain.add(plugin.link(point, point.type(), mayWait));
                }
            }
            if (!chain.isEmpty()) {
                chains.put(point, List.copyOf(chain));
            }
        }
        takesBinary =
                has(HookPoint.QUEUE)
                        && hooks(HookPoint.QUEUE, QueueHook.class).stream()
                                .allMatch(QueueHook::takesBinary);
    }

    /** Any plugin may look up configuration, and a plugin that supplies it may ask the network. */
    private boolean lookUpsMayWait() {
        for (HookPoint point : List.of(HookPoint.CONFIG, HookPoint.USER_CONFIG)) {
            for (PluginInstance plugin : plugins) {
                if (plugin.answers(point) && !plugin.isNonBlocking(point)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Counts up with each change. */
    public int number() {
        return number;
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

    /** The plugins of a hook. */
    public <H> List<H> hooks(HookPoint point, Class<H> type) {
        return chains.getOrDefault(point, List.of()).stream()
                .map(link -> type.cast(link.hook()))
                .toList();
    }

    List<Link<?>> chain(HookPoint point) {
        return chains.getOrDefault(point, List.of());
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
}
