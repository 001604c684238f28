package org.qpsmtpd.core.chain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.Action;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.HookResult;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.PluginCall;

/**
 * One run of one hook: asks the plugins in order until one has an opinion. Plugins that never wait
 * run where the run was started; at the first that may wait the run moves to a child, and the
 * result comes back to the connection's own thread. An answer that comes later holds no thread.
 *
 * <p>A plugin that throws is logged and passed over. If then nobody refuses, a hook that decides
 * about mail answers DENYSOFT, so that a broken plugin never waves mail through.
 */
public final class HookRun {
    /**
     * Hooks whose failure defers mail. Not the queue hook: what one plugin has stored must not be
     * sent again because another failed, and when none stores it the client gets 451 anyway.
     */
    private static final Set<HookPoint> DECIDING =
            EnumSet.of(
                    HookPoint.PRE_CONNECTION,
                    HookPoint.CONNECT,
                    HookPoint.HELO,
                    HookPoint.EHLO,
                    HookPoint.MAIL_PRE,
                    HookPoint.MAIL,
                    HookPoint.RCPT_PRE,
                    HookPoint.RCPT,
                    HookPoint.DATA,
                    HookPoint.DATA_POST_HEADERS,
                    HookPoint.DATA_POST,
                    HookPoint.QUEUE_PRE);

    private static final HookResult FAULT =
            HookResult.denySoft("Internal error - try again later (#4.3.0)");

    private static final HookResult OVERDUE =
            HookResult.denySoftDisconnect("Internal error - try again later (#4.3.0)");

    private final Generation generation;
    private final HookPoint point;
    private final HookHost host;
    private final Function<Object, HookResult> call;
    private final Consumer<HookResult> done;
    private final List<Link<?>> links;
    private int next;
    private boolean faulted;
    private volatile boolean finished;
    private volatile @Nullable Thread runner;

    private HookRun(
            Generation generation,
            HookPoint point,
            HookHost host,
            Function<Object, HookResult> call,
            Consumer<HookResult> done) {
        this.generation = generation;
        this.point = point;
        this.host = host;
        this.call = call;
        this.done = done;
        this.links = generation.chain(point);
    }

    /**
     * Runs a hook. Called on the connection's own thread, where the result is delivered too, maybe
     * before this method returns.
     *
     * @param call asks one plugin; the object is of the hook's interface
     * @return the run; null when the result has been delivered already
     */
    public static @Nullable HookRun start(
            Generation generation,
            HookPoint point,
            HookHost host,
            Function<Object, HookResult> call,
            Consumer<HookResult> done) {
        if (!generation.has(point)) {
            done.accept(HookResult.DECLINED);
            return null;
        }
        HookRun run = new HookRun(generation, point, host, call, done);
        HookResult result = run.proceed(false);
        if (result == null) {
            return run;
        }
        run.finished = true;
        done.accept(result);
        return null;
    }

    /** Asks plugins in order; null when the run goes on elsewhere. */
    private @Nullable HookResult proceed(boolean onChild) {
        while (next < links.size() && !finished) {
            Link<?> link = links.get(next);
            if (!onChild && !link.nonBlocking()) {
                host.children().execute(this::runOnChild);
                return null;
            }
            next++;
            HookResult result = ask(link);
            CompletionStage<HookResult> later = result.pending().orElse(null);
            if (later != null) {
                later.whenComplete(
                        (answer, failure) ->
                                host.loop().execute(() -> answered(link, answer, failure)));
                return null;
            }
            if (settles(link, result)) {
                return outcome(result);
            }
        }
        return outcome(HookResult.DECLINED);
    }

    private void runOnChild() {
        runner = Thread.currentThread();
        HookResult result;
        try {
            result = proceed(true);
        } finally {
            runner = null;
        }
        if (result != null) {
            HookResult known = result;
            host.loop().execute(() -> finish(known));
        }
    }

    private void answered(Link<?> link, @Nullable HookResult answer, @Nullable Throwable failure) {
        if (finished) {
            return;
        }
        HookResult result = answer;
        if (result == null) {
            fail(link, failure == null ? new NullPointerException("no answer") : failure);
            result = HookResult.DECLINED;
        }
        HookResult settled = settles(link, result) ? outcome(result) : proceed(false);
        if (settled != null) {
            finish(settled);
        }
    }

    private void finish(HookResult result) {
        if (!finished) {
            finished = true;
            done.accept(result);
        }
    }

    /** Ends the run when it takes too long: the mail is deferred and the plugin named. */
    public void expire() {
        if (finished) {
            return;
        }
        String plugin = next == 0 ? "" : links.get(next - 1).plugin();
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                "plugin "
                        + plugin
                        + " did not answer hook "
                        + point.hookName()
                        + " in time, mail is deferred");
        Thread busy = runner;
        if (busy != null) {
            busy.interrupt();
        }
        finish(OVERDUE);
    }

    private HookResult ask(Link<?> link) {
        PluginCall.enter(callOf(link));
        try {
            HookResult result = call.apply(link.hook());
            return result == null ? undefined(link) : result;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            fail(link, e);
            return HookResult.DECLINED;
        } finally {
            PluginCall.enter(null);
        }
    }

    private HookResult undefined(Link<?> link) {
        host.log().log(
                LogLevel.ERROR,
                callOf(link),
                "Plugin " + link.plugin() + ", hook " + point.hookName() + " returned undef!");
        faulted |= !link.skipOnError();
        return HookResult.DECLINED;
    }

    private PluginCall callOf(Link<?> link) {
        return new PluginCall(
                link.plugin(), point.hookName(), host.connection().id(), link.level());
    }

    private void fail(Link<?> link, Throwable failure) {
        host.log().log(
                LogLevel.CRIT,
                callOf(link),
                "FATAL PLUGIN ERROR [" + link.plugin() + "]: " + failure + where(failure));
        faulted |= !link.skipOnError();
    }

    private static String where(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }

    /** Notes what a plugin answered, and whether the run ends with it. */
    private boolean settles(Link<?> link, HookResult result) {
        if (!result.reason().isEmpty() && host.log().shows(LogLevel.INFO)) {
            host.log().log(LogLevel.INFO, callOf(link), result.reason());
        }
        result.naughtyType().ifPresent(type -> host.defer(link.plugin(), type, result.text()));
        observe(link, result);
        return result.action() != Action.DECLINED;
    }

    private void observe(Link<?> link, HookResult result) {
        HookPoint observer = result.action().refuses() ? HookPoint.DENY : HookPoint.OK;
        for (Link<?> watching : generation.chain(observer)) {
            if (watching.nonBlocking() || runner != null) {
                tell(watching, link, result);
            } else {
                host.children().execute(() -> tell(watching, link, result));
            }
        }
    }

    private void tell(Link<?> watching, Link<?> link, HookResult result) {
        boolean refused = result.action().refuses();
        try {
            if (refused && watching.hook() instanceof DenyHook deny) {
                deny.onDeny(host.connection(), link.plugin(), point.hookName(), result);
            } else if (!refused && watching.hook() instanceof OkHook ok) {
                ok.onOk(host.connection(), link.plugin(), point.hookName(), result);
            }
        } catch (RuntimeException e) {
            host.log().log(LogLevel.CRIT, callOf(watching), "FATAL PLUGIN ERROR: " + e);
        }
    }

    private HookResult outcome(HookResult result) {
        boolean waved = !result.action().refuses();
        return faulted && waved && DECIDING.contains(point) ? FAULT : result;
    }
}
