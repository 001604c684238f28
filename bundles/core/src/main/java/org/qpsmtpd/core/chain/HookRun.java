package org.qpsmtpd.core.chain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.hook.Action;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.HookResult;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;
import org.qpsmtpd.core.log.PluginCall;

/**
 * One run of one hook: asks the plugins in order until one has an opinion. Plugins that never wait
 * run where the run was started; at the first that may wait the run moves to a child, and the
 * result comes back to the connection's own thread. An answer that comes later holds no thread.
 *
 * <p>A plugin that throws is logged and passed over. If then nobody refuses, a hook that decides
 * about mail answers DENYSOFT, so that a broken plugin never waves mail through. A plugin that is
 * away is waited for, within a bound; one that does not answer in time is given up.
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

    /** How long a call waits for a plugin that is away. */
    static final long AWAY_SECONDS = 10;

    private final Generation generation;
    private final HookPoint point;
    private final HookHost host;
    private final Function<Object, HookResult> call;
    private final Consumer<HookResult> done;
    private final List<Link> links;
    private int next;
    private boolean faulted;
    private volatile boolean finished;
    private volatile @Nullable HookCall current;

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
        HookResult result = run.proceed(null);
        if (result == null) {
            return run;
        }
        run.finished = true;
        done.accept(result);
        return null;
    }

    /** The hook that runs, and the plugin asked last, for the list of connections. */
    public String description() {
        int asked = Math.min(Math.max(next, 1), links.size());
        return "hook " + point.hookName() + " " + links.get(asked - 1).name();
    }

    // ---- in order

    /**
     * Asks plugins in order; null when the run goes on elsewhere. It is at one place at a time: on
     * the connection's thread, on a child, or with whoever completes an answer.
     *
     * @param begun the call to begin with, on a child; null on the connection's own thread
     */
    private @Nullable HookResult proceed(@Nullable HookCall begun) {
        HookCall held = begun;
        while (held != null || (!finished && next < links.size())) {
            Link link = held == null ? links.get(next++) : held.link();
            if (held == null && !link.nonBlocking() && !isBarred(link)) {
                held = childFor(link, begun != null);
                if (held == null) {
                    return null;
                }
            }
            HookResult answer = ask(link, held);
            held = null;
            if (answer == null) {
                return null;
            }
            if (settles(link, answer)) {
                return outcome(answer);
            }
        }
        return outcome(HookResult.DECLINED);
    }

    private boolean isBarred(Link link) {
        return link.plugin().isBarred(host.children().most());
    }

    /** A call with a child to run on; null when it waits for one, and the run goes on there. */
    private @Nullable HookCall childFor(Link link, boolean onChild) {
        HookCall held = new HookCall(link);
        current = held;
        Share share = link.plugin().share();
        if (!onChild || !share.tryTake(host.children())) {
            share.submit(host.children(), () -> runOnChild(held));
            return null;
        }
        return begins(held) ? held : null;
    }

    private boolean begins(HookCall held) {
        boolean begins = held.begin(Thread.currentThread());
        if (!begins) {
            giveBack(held.link());
        }
        return begins;
    }

    private void giveBack(Link link) {
        link.plugin().share().giveBack(host.children());
    }

    private void runOnChild(HookCall held) {
        HookResult result = begins(held) ? proceed(held) : null;
        if (result != null) {
            onLoop(() -> finish(result));
        }
    }

    /** Goes on where the connection's thread is; nowhere when the server has stopped. */
    private void onLoop(Runnable step) {
        try {
            host.loop().execute(step);
        } catch (RejectedExecutionException e) {
            host.log().log(LogLevel.DEBUG, host.connection().id(), "an answer came after the stop");
        }
    }

    private void finish(HookResult result) {
        if (!finished) {
            finished = true;
            done.accept(result);
        }
    }

    // ---- one plugin

    /**
     * Asks a plugin.
     *
     * @param held the call with its child; null when the plugin never waits
     * @return null when the answer comes later, or the call was given up
     */
    private @Nullable HookResult ask(Link link, @Nullable HookCall held) {
        PluginInstance plugin = link.plugin();
        long began = System.nanoTime();
        Object hook = plugin.enter();
        if (hook == null || isBarred(link) || !plugin.breaker().allows(began)) {
            if (hook != null) {
                plugin.exit();
            }
            boolean mine = notCalled(link, held);
            if (hook == null && mine) {
                awaitReturn(link);
            }
            return hook == null || !mine ? null : bypassed(link, began);
        }
        HookResult answer = null;
        Throwable failure = null;
        enter(link);
        try {
            answer = call.apply(hook);
        } catch (Throwable e) { // whatever a plugin does must not end the connection's thread
            failure = e;
        } finally {
            leave();
        }
        CompletionStage<HookResult> later = answer == null ? null : answer.pending().orElse(null);
        if (later != null) {
            pend(link, held, began, later);
            return null;
        }
        boolean mine = held == null || held.end();
        if (held != null) {
            giveBack(link);
        }
        if (!mine) {
            plugin.hangsNoMore();
        }
        plugin.exit();
        return mine ? answered(link, began, answer, failure) : null;
    }

    /** Says who is called from here on: to the log, and to the guard of the connection's thread. */
    private void enter(Link link) {
        PluginCall.enter(link.call(host.connection().id()));
        host.inlineCalls().begin(link.plugin());
    }

    private void leave() {
        host.inlineCalls().end();
        PluginCall.enter(null);
    }

    /** Lets the child go without a call; false when the call was given up meanwhile. */
    private boolean notCalled(Link link, @Nullable HookCall held) {
        if (held == null) {
            return true;
        }
        boolean mine = held.end();
        current = null;
        giveBack(link);
        return mine;
    }

    private void pend(
            Link link, @Nullable HookCall held, long began, CompletionStage<HookResult> later) {
        HookCall pending = held == null ? new HookCall(link) : held;
        if (held == null) {
            current = pending;
        }
        boolean mine = pending.returnPending();
        if (held != null) {
            giveBack(link);
        }
        if (!mine) {
            link.plugin().hangsNoMore();
            link.plugin().exit();
            return;
        }
        try {
            later.whenComplete(
                    (answer, failure) -> onLoop(() -> completed(pending, began, answer, failure)));
        } catch (RuntimeException e) {
            onLoop(() -> completed(pending, began, null, e));
        }
    }

    private void completed(
            HookCall pending,
            long began,
            @Nullable HookResult answer,
            @Nullable Throwable failure) {
        if (!pending.end()) {
            return;
        }
        Link link = pending.link();
        link.plugin().exit();
        Throwable cause = answer == null && failure == null ? new NullPointerException() : failure;
        HookResult result = answered(link, began, answer, cause);
        HookResult settled = settles(link, result) ? outcome(result) : proceed(null);
        if (settled != null) {
            finish(settled);
        }
    }

    /** A plugin has answered or failed: counts, records and logs it. */
    private HookResult answered(
            Link link, long began, @Nullable HookResult answer, @Nullable Throwable failure) {
        current = null;
        PluginInstance plugin = link.plugin();
        long now = System.nanoTime();
        if (answer == null) {
            fail(link, began, now, failure);
            return HookResult.DECLINED;
        }
        plugin.figures(point).answered(answer.action(), now - began);
        if (plugin.breaker().succeeded()) {
            host.log().log(
                    LogLevel.NOTICE,
                    "plugin " + link.name() + " works again, it is asked as usual");
        }
        decided(link, answer.action().name(), answer.text(), answer.reason(), began, now);
        return answer;
    }

    private void fail(Link link, long began, long now, @Nullable Throwable failure) {
        String what =
                failure == null
                        ? "Plugin "
                                + link.name()
                                + ", hook "
                                + point.hookName()
                                + " returned undef!"
                        : "FATAL PLUGIN ERROR [" + link.name() + "]: " + LogText.withPlace(failure);
        host.log().log(
                failure == null ? LogLevel.ERROR : LogLevel.CRIT,
                link.call(host.connection().id()),
                what);
        faulted |= !link.skipOnError();
        String reason = failure == null ? "no answer" : LogText.of(failure);
        decided(link, "error", "", reason, began, now);
        countFailure(link, now);
    }

    private void countFailure(Link link, long now) {
        PluginInstance plugin = link.plugin();
        plugin.figures(point).failed();
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

    /** A plugin that fails again and again is not asked for a while. */
    private HookResult bypassed(Link link, long began) {
        decided(link, "bypassed", "", "it failed too often", began, began);
        if (link.skipOnError()) {
            return HookResult.DECLINED;
        }
        faulted = true;
        // It has stored nothing, so nothing comes twice.
        return point == HookPoint.QUEUE ? FAULT : HookResult.DECLINED;
    }

    private void decided(
            Link link, String answer, String text, String reason, long began, long now) {
        host.decided(
                new Outcome(
                        point.hookName(),
                        link.name(),
                        link.plugin().origin().version(),
                        answer,
                        text,
                        reason,
                        began,
                        now - began));
    }

    // ---- away

    private void awaitReturn(Link link) {
        long began = System.nanoTime();
        var unused =
                link.plugin()
                        .back()
                        .copy()
                        .orTimeout(AWAY_SECONDS, TimeUnit.SECONDS)
                        .whenComplete(
                                (nothing, late) ->
                                        onLoop(() -> returned(link, began, late == null)));
    }

    private void returned(Link link, long began, boolean there) {
        if (finished) {
            return;
        }
        if (there) {
            next--;
        } else {
            decided(link, "away", "", "its bundle is stopped", began, System.nanoTime());
            host.log().log(
                    LogLevel.ERROR,
                    link.call(host.connection().id()),
                    "plugin " + link.name() + " is stopped and did not come back in time");
        }
        boolean counts = !there && !link.plugin().origin().optional();
        HookResult result = counts && defersMail() ? FAULT : proceed(null);
        if (result != null) {
            finish(result);
        }
    }

    // ---- overdue

    /** Looks at the time; called about once a second on the connection's own thread. */
    public void tick(long now) {
        HookCall held = current;
        if (held != null && !finished && held.isOverdue(now)) {
            giveUp(held);
        }
    }

    private void giveUp(HookCall held) {
        HookCall.State before = held.giveUp();
        if (before == HookCall.State.ENDED) {
            return;
        }
        Link link = held.link();
        current = null;
        boolean asked = before != HookCall.State.WAITING;
        boolean skips = link.skipOnError() && point != HookPoint.QUEUE;
        if (before == HookCall.State.PENDING) {
            link.plugin().exit();
        } else if (asked) {
            link.plugin().hangs();
        }
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                (asked ? "plugin " : "no worker was free for plugin ")
                        + link.name()
                        + (asked ? " did not answer hook " : ", hook ")
                        + point.hookName()
                        + " in time ("
                        + held.limitSeconds()
                        + " s), "
                        + (skips ? "it is passed over" : consequence()));
        long now = System.nanoTime();
        decided(link, "overdue", "", "no answer in time", held.began(), now);
        if (asked) {
            countFailure(link, now);
        }
        HookResult result = skips ? proceed(null) : OVERDUE;
        if (result != null) {
            finish(result);
        }
    }

    private String consequence() {
        return defersMail() ? "mail is deferred" : "it is given up";
    }

    private boolean defersMail() {
        return DECIDING.contains(point) || point == HookPoint.QUEUE;
    }

    // ---- outcome

    /** Notes what a plugin answered, and whether the run ends with it. */
    private boolean settles(Link link, HookResult result) {
        if (!result.reason().isEmpty() && host.log().shows(LogLevel.INFO)) {
            host.log().log(LogLevel.INFO, link.call(host.connection().id()), result.reason());
        }
        result.naughtyType().ifPresent(type -> host.defer(link.name(), type, result.text()));
        observe(link, result);
        return result.action() != Action.DECLINED;
    }

    private void observe(Link link, HookResult result) {
        HookPoint observer = result.action().refuses() ? HookPoint.DENY : HookPoint.OK;
        for (Link watching : generation.chain(observer)) {
            if (watching.nonBlocking()) {
                tell(watching, link, result);
                continue;
            }
            Runnable request =
                    () -> {
                        tell(watching, link, result);
                        giveBack(watching);
                    };
            watching.plugin().share().submit(host.children(), request);
        }
    }

    private void tell(Link watching, Link link, HookResult result) {
        Object hook = watching.plugin().enter();
        if (hook == null) {
            return;
        }
        boolean refused = result.action().refuses();
        enter(watching);
        try {
            if (refused && hook instanceof DenyHook deny) {
                deny.onDeny(host.connection(), link.name(), point.hookName(), result);
            } else if (!refused && hook instanceof OkHook ok) {
                ok.onOk(host.connection(), link.name(), point.hookName(), result);
            }
        } catch (RuntimeException | LinkageError | AssertionError e) {
            host.log().log(
                    LogLevel.CRIT,
                    watching.call(host.connection().id()),
                    "FATAL PLUGIN ERROR [" + watching.name() + "]: " + LogText.of(e));
        } finally {
            leave();
            watching.plugin().exit();
        }
    }

    private HookResult outcome(HookResult result) {
        boolean waved = !result.action().refuses();
        return faulted && waved && DECIDING.contains(point) ? FAULT : result;
    }
}
