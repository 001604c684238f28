package org.qpsmtpd.core.chain;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;
import org.qpsmtpd.core.log.PluginCall;
import org.qpsmtpd.core.worker.Allocation;
import org.qpsmtpd.core.worker.InlineCalls;

/**
 * The one way into a plugin's code. Marks the thread for the log, and for the guard of event loops,
 * catches whatever is thrown, and takes back what was marked before, since a plugin that is called
 * may ask others for settings; counts how calls went.
 */
public final class Door {
    /**
     * Whether it is measured what memory plugins take: while there is plenty it is not worth it.
     */
    private static volatile boolean measures;

    private Door() {}

    /** Begins or ends to measure what memory plugins take in their calls. */
    public static void measure(boolean begins) {
        measures = begins;
    }

    /**
     * A whole visit outside of connections: enters the plugin, and leaves it.
     *
     * @param hook what is asked, as the log names it
     * @param code gets the plugin's object
     * @return what came of it; null when the plugin is away
     */
    public static <T> @Nullable Came<T> visit(
            PluginInstance plugin, String hook, Function<Object, T> code) {
        PluginCall mark = new PluginCall(plugin.name(), hook, "", plugin.settings().level());
        return visit(null, plugin, mark, code);
    }

    /** The same for a connection. */
    public static <T> @Nullable Came<T> visit(
            HookHost host, PluginInstance plugin, String hook, Function<Object, T> code) {
        String id = host.connection().id();
        PluginCall mark = new PluginCall(plugin.name(), hook, id, plugin.settings().level());
        return visit(host.inlineCalls(), plugin, mark, code);
    }

    private static <T> @Nullable Came<T> visit(
            @Nullable InlineCalls guard,
            PluginInstance plugin,
            PluginCall mark,
            Function<Object, T> code) {
        Object present = plugin.enter();
        if (present == null) {
            return null;
        }
        try {
            return call(guard, plugin, mark, present, code);
        } finally {
            plugin.exit();
        }
    }

    /** Calls a plugin at its place in a chain; it has been entered, and is left by the caller. */
    static <T> Came<T> call(HookHost host, Link link, Object entered, Function<Object, T> code) {
        PluginCall mark = link.call(host.connection().id());
        return call(host.inlineCalls(), link.plugin(), mark, entered, code);
    }

    private static <T> Came<T> call(
            @Nullable InlineCalls guard,
            PluginInstance plugin,
            PluginCall mark,
            Object entered,
            Function<Object, T> code) {
        @Nullable PluginCall outer = PluginCall.current().orElse(null);
        @Nullable Object callee = guard == null ? null : guard.callee();
        long taken = measures ? Allocation.byThisThread() : -1;
        PluginCall.enter(mark);
        if (guard != null) {
            guard.begin(plugin);
        }
        try {
            return new Came<>(code.apply(entered), null);
        } catch (Throwable e) { // whatever a plugin does must not end the thread it is called on
            return new Came<>(null, e);
        } finally {
            if (taken >= 0) {
                plugin.tookMemory(Allocation.byThisThread() - taken);
            }
            if (guard != null) {
                guard.end();
            }
            PluginCall.enter(outer);
            if (guard != null && callee != null) {
                guard.begin(callee);
            }
        }
    }

    /** Counts a call that came back with nothing but that it did, or threw. */
    static void count(HookHost host, Link link, Came<?> came) {
        Throwable failure = came.failure();
        if (failure == null) {
            succeeded(host, link);
        } else {
            threw(host, link, failure);
        }
    }

    /** A plugin threw: says what and where, and counts it. */
    static void threw(HookHost host, Link link, Throwable failure) {
        host.log().log(
                LogLevel.CRIT, link.call(host.connection().id()), text(link.name(), failure));
        failed(host, link, System.nanoTime());
    }

    /** The line about a plugin that threw something. */
    public static String text(String plugin, Throwable failure) {
        return "FATAL PLUGIN ERROR [" + plugin + "]: " + LogText.withPlace(failure);
    }

    static void succeeded(HookHost host, Link link) {
        if (link.plugin().breaker().succeeded()) {
            host.log().log(
                    LogLevel.NOTICE,
                    "plugin " + link.name() + " works again, it is asked as usual");
        }
    }

    static void failed(HookHost host, Link link, long now) {
        PluginInstance plugin = link.plugin();
        plugin.figures(link.point()).failed();
        if (plugin.breaker().failed(now)) {
            host.log().log(
                    LogLevel.ERROR,
                    "plugin "
                            + link.name()
                            + " failed too often, it is passed over for "
                            + plugin.breaker().restSeconds()
                            + " seconds"
                            + (link.skipOnError() ? "" : " and mail is deferred"));
        }
    }
}
