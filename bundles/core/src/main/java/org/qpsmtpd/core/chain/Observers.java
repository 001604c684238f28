package org.qpsmtpd.core.chain;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.log.LogLevel;

/**
 * Calls of plugins that are told of the answers of others. No session waits for such a call, so
 * what bounds the others is done here: a deadline, and an end to the answers that wait to be told.
 * One of these for each server.
 */
public final class Observers {
    private final Map<HookCall, HookHost> running = new ConcurrentHashMap<>();

    /** Tells a plugin something as soon as it has a child for it, or never. */
    void tell(HookHost host, Link link, Consumer<Object> notice) {
        PluginInstance plugin = link.plugin();
        Share share = plugin.share();
        Runnable request =
                () -> {
                    try {
                        call(host, link, notice);
                    } finally {
                        share.giveBack(host.children());
                    }
                };
        boolean barred = plugin.isBarred(host.children().most());
        if (barred || !share.submitNotice(host.children(), request)) {
            miss(host, link);
        }
    }

    /** Tells a plugin something here and now. */
    void call(HookHost host, Link link, Consumer<Object> notice) {
        PluginInstance plugin = link.plugin();
        Object hook = plugin.enter();
        if (hook == null) {
            return;
        }
        if (!plugin.breaker().allows(System.nanoTime())) {
            plugin.exit();
            miss(host, link);
            return;
        }
        HookCall call = HookCall.withoutPlace(link);
        call.begin(Thread.currentThread());
        running.put(call, host);
        @Nullable Throwable failure = null;
        HookCall.enter(call);
        try {
            Door.call(
                    host,
                    link,
                    () -> {
                        notice.accept(hook);
                        return true;
                    });
        } catch (Throwable e) { // whatever it throws, the place is given back
            failure = e;
        } finally {
            HookCall.enter(null);
        }
        ended(host, call, failure);
    }

    private void ended(HookHost host, HookCall call, @Nullable Throwable failure) {
        running.remove(call);
        PluginInstance plugin = call.link().plugin();
        boolean mine = call.end();
        plugin.exit();
        if (!mine) {
            plugin.hangsNoMore();
        } else if (failure == null) {
            Door.succeeded(host, call.link());
        } else {
            Door.threw(host, call.link(), failure);
        }
    }

    // ---- bounds

    /** Gives up the calls whose time is over, and says what was missed; called once a second. */
    public void tick(long now) {
        running.forEach(
                (call, host) -> {
                    if (call.isOverdue(now)) {
                        giveUp(host, call, now);
                    }
                });
    }

    private void giveUp(HookHost host, HookCall call, long now) {
        if (running.remove(call) == null || call.giveUp() == HookCall.State.ENDED) {
            return;
        }
        Link link = call.link();
        link.plugin().hangs();
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                "plugin "
                        + link.name()
                        + " did not come back from hook "
                        + link.point().hookName()
                        + " in time ("
                        + call.limitSeconds()
                        + " s), it is given up");
        Door.failed(host, link, now);
    }

    private static void miss(HookHost host, Link link) {
        long missed = link.plugin().share().miss(System.nanoTime());
        if (missed > 0) {
            host.log().log(
                    LogLevel.ERROR,
                    "plugin "
                            + link.name()
                            + " does not keep up with hook "
                            + link.point().hookName()
                            + ", answers that it was not told of: "
                            + missed);
        }
    }
}
