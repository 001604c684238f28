package org.qpsmtpd.core.chain;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;
import org.qpsmtpd.core.log.PluginCall;
import org.qpsmtpd.core.worker.Allocation;

/**
 * The way into a plugin's code. Marks the thread for the log, and for the guard of event loops, and
 * takes back what was marked before, since a plugin that is called may ask others for settings;
 * counts how calls went.
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

    /** Calls a plugin. Throws whatever it throws, and that may be anything. */
    static <T> T call(HookHost host, PluginInstance plugin, PluginCall mark, Supplier<T> code) {
        @Nullable PluginCall outer = PluginCall.current().orElse(null);
        @Nullable Object callee = host.inlineCalls().callee();
        long taken = measures ? Allocation.byThisThread() : -1;
        PluginCall.enter(mark);
        host.inlineCalls().begin(plugin);
        try {
            return code.get();
        } finally {
            if (taken >= 0) {
                plugin.tookMemory(Allocation.byThisThread() - taken);
            }
            host.inlineCalls().end();
            PluginCall.enter(outer);
            if (callee != null) {
                host.inlineCalls().begin(callee);
            }
        }
    }

    static <T> T call(HookHost host, Link link, Supplier<T> code) {
        return call(host, link.plugin(), link.call(host.connection().id()), code);
    }

    /** A plugin threw: says what and where, and counts it. */
    static void threw(HookHost host, Link link, Throwable failure) {
        host.log().log(
                LogLevel.CRIT, link.call(host.connection().id()), text(link.name(), failure));
        failed(host, link, System.nanoTime());
    }

    /** The line about a plugin that threw something. */
    static String text(String plugin, Throwable failure) {
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
