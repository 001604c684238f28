package org.qpsmtpd.core.chain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.core.log.LogText;

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

    /** How long a plugin may take for a setting that says it never waits. */
    private static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How often an answer may be that the answer comes later. */
    private static final int MOST_PROMISES = 16;

    /** How long a call waits for a plugin that is away. */
    public static final long AWAY_SECONDS = 10;

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
        HookResult result = run.proceedOrFail(null);
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

    /** A mistake of ours, or a log that throws, must not leave the session without a result. */
    private @Nullable HookResult proceedOrFail(@Nullable HookCall begun) {
        try {
            return proceed(begun);
        } catch (Throwable e) {
            return broken(e);
        }
    }

    private HookResult broken(Throwable failure) {
        current = null;
        try {
            host.log().log(LogLevel.CRIT, host.connection().id(), "internal error: " + failure);
        } catch (Throwable e) {
            // The log is what is broken; the client is told all the same.
        }
        return FAULT;
    }

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
            if (held == null && !isBarred(link)) {
                boolean quick = link.nonBlocking();
                held = quick ? quickCall(link, begun != null) : childFor(link, begun != null);
                if (held == null && !quick) {
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

    /** On a child nothing but the deadline watches over a plugin that says it never waits. */
    private @Nullable HookCall quickCall(Link link, boolean onChild) {
        if (!onChild) {
            return null;
        }
        HookCall held = HookCall.withoutPlace(link);
        held.begin(Thread.currentThread());
        current = held;
        return held;
    }

    /** A call with a child to run on; null when it waits for one, and the run goes on there. */
    private @Nullable HookCall childFor(Link link, boolean onChild) {
        HookCall held = new HookCall(link);
        current = held;
        Share share = link.plugin().share();
        if (!onChild || !share.tryTake(host.children())) {
            Runnable request = () -> runOnChild(held);
            held.waitsAs(request);
            share.submit(host.children(), request);
            return null;
        }
        return begins(held) ? held : null;
    }

    private boolean begins(HookCall held) {
        boolean begins = held.begin(Thread.currentThread());
        if (!begins) {
            giveBack(held);
        }
        return begins;
    }

    private void giveBack(HookCall held) {
        if (held.isPlaced()) {
            held.link().plugin().share().giveBack(host.children());
        }
    }

    private void runOnChild(HookCall held) {
        HookResult result = begins(held) ? proceedOrFail(held) : null;
        if (result != null) {
            onLoop(() -> finish(result));
        }
    }

    /** Goes on where the connection's thread is; nowhere when the server has stopped. */
    private void onLoop(Runnable step) {
        try {
            host.loop().execute(() -> takeStep(step));
        } catch (RejectedExecutionException e) {
            host.log().log(LogLevel.DEBUG, host.connection().id(), "an answer came after the stop");
        }
    }

    private void takeStep(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            finish(broken(e));
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
            boolean mine = notCalled(held);
            if (hook == null && mine) {
                awaitReturn(link);
            }
            return hook == null || !mine ? null : bypassed(link, began);
        }
        HookResult answer = null;
        Throwable failure = null;
        HookCall.enter(held);
        try {
            answer = Door.call(host, link, () -> call.apply(hook));
        } catch (Throwable e) { // whatever a plugin does must not end the connection's thread
            failure = e;
        } finally {
            HookCall.enter(null);
        }
        if (answer != null && answer.pending().isPresent()) {
            pend(link, held, began, answer);
            return null;
        }
        boolean mine = held == null || held.end();
        if (held != null) {
            giveBack(held);
        }
        if (!mine) {
            plugin.hangsNoMore();
        }
        plugin.exit();
        return mine ? answered(link, began, answer, failure) : null;
    }

    /** Lets the child go without a call; false when the call was given up meanwhile. */
    private boolean notCalled(@Nullable HookCall held) {
        if (held == null) {
            return true;
        }
        boolean mine = held.end();
        current = null;
        giveBack(held);
        return mine;
    }

    // ---- answers that come later

    private void pend(Link link, @Nullable HookCall held, long began, HookResult promise) {
        HookCall pending = held == null ? new HookCall(link) : held;
        if (held == null) {
            current = pending;
        }
        boolean mine = pending.returnPending();
        if (held != null) {
            giveBack(held);
        }
        if (!mine) {
            link.plugin().hangsNoMore();
            link.plugin().exit();
            return;
        }
        link.plugin().pends(link.call(host.connection().id()));
        await(pending, began, promise, 1);
    }

    /**
     * Waits for the answer of a stage.
     *
     * @param promises how many stages of the call there have been, this one included
     */
    private void await(HookCall pending, long began, HookResult promise, int promises) {
        try {
            promise.pending()
                    .orElseThrow()
                    .whenComplete(
                            (answer, failure) ->
                                    onLoop(
                                            () ->
                                                    completed(
                                                            pending, began, promise, promises,
                                                            answer, failure)));
        } catch (Throwable e) { // the stage is the plugin's
            onLoop(() -> ended(pending, began, null, e));
        }
    }

    private void completed(
            HookCall pending,
            long began,
            HookResult promise,
            int promises,
            @Nullable HookResult answer,
            @Nullable Throwable failure) {
        @Nullable HookResult kept;
        try {
            kept = answer == null ? null : kept(promise, answer);
        } catch (IllegalArgumentException e) {
            ended(pending, began, null, e);
            return;
        }
        if (kept == null || kept.pending().isEmpty()) {
            ended(pending, began, kept, failure);
        } else if (promises < MOST_PROMISES) {
            await(pending, began, kept, promises + 1);
        } else {
            String text = "answers " + MOST_PROMISES + " times that its answer comes later";
            ended(pending, began, null, new IllegalStateException(text));
        }
    }

    /** What was said with the promise holds for an answer that says nothing of that itself. */
    private static HookResult kept(HookResult promise, HookResult answer) {
        HookResult reasoned = answer.reason().isEmpty() ? answer.because(promise.reason()) : answer;
        boolean coded = reasoned.code() == 0 && promise.code() != 0;
        HookResult whole = coded ? reasoned.withCode(promise.code()) : reasoned;
        return whole.karma() == 0 && promise.karma() != 0
                ? whole.withKarma(promise.karma())
                : whole;
    }

    private void ended(
            HookCall pending,
            long began,
            @Nullable HookResult answer,
            @Nullable Throwable failure) {
        if (!pending.end()) {
            return;
        }
        Link link = pending.link();
        link.plugin().pendsNoMore(link.call(host.connection().id()));
        link.plugin().exit();
        HookResult result = answered(link, began, answer, failure);
        HookResult settled = settles(link, result) ? outcome(result) : proceed(null);
        if (settled != null) {
            finish(settled);
        }
    }

    // ---- what became of a call

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
        Door.succeeded(host, link);
        decided(link, answer.action().name(), answer.text(), answer.reason(), began, now);
        return answer;
    }

    private void fail(Link link, long began, long now, @Nullable Throwable failure) {
        faulted |= !link.skipOnError();
        String reason = failure == null ? "no answer" : LogText.of(failure);
        decided(link, "error", "", reason, began, now);
        if (failure == null) {
            log(
                    LogLevel.ERROR,
                    link,
                    "Plugin " + link.name() + ", hook " + point.hookName() + " returned undef!");
            Door.failed(host, link, now);
        } else if (SettingUnknown.isCauseOf(failure)) {
            log(
                    LogLevel.ERROR,
                    link,
                    "plugin " + link.name() + " cannot decide: " + LogText.of(failure));
            link.plugin().breaker().undecided();
        } else {
            Door.threw(host, link, failure);
        }
    }

    private void log(LogLevel level, Link link, String text) {
        host.log().log(level, link.call(host.connection().id()), text);
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
        if (held == null || finished) {
            return;
        }
        if (held.isOverdue(now)) {
            takeStep(() -> giveUp(held));
        } else {
            watchSupplier(held, now);
        }
    }

    /** One that said it would never wait is asked aside from now on, with a time limit. */
    private void watchSupplier(HookCall held, long now) {
        Link supplier = held.supplier();
        if (supplier != null
                && held.suppliesFor(now) > QUICK_NANOS
                && supplier.plugin().isNonBlocking(supplier.point())
                && supplier.plugin().demote()) {
            log(
                    LogLevel.CRIT,
                    supplier,
                    "plugin "
                            + supplier.name()
                            + " lets plugin "
                            + held.link().name()
                            + " wait for a setting although it is marked NonBlocking; it is asked"
                            + " within a time limit from now on");
        }
    }

    private void giveUp(HookCall held) {
        Link supplier = held.supplier();
        HookCall.State before = held.giveUp();
        if (before == HookCall.State.ENDED) {
            return;
        }
        Link link = held.link();
        current = null;
        boolean asked = before != HookCall.State.WAITING;
        boolean skips = link.skipOnError() && point != HookPoint.QUEUE;
        if (before == HookCall.State.PENDING) {
            link.plugin().pendsNoMore(link.call(host.connection().id()));
            link.plugin().exit();
        } else if (asked) {
            link.plugin().hangs();
        }
        Runnable request = held.request();
        if (!asked && request != null) {
            link.plugin().share().withdraw(request);
        }
        tellOverdue(held, asked, supplier, skips ? "it is passed over" : consequence());
        long now = System.nanoTime();
        decided(link, "overdue", "", "no answer in time", held.began(), now);
        if (asked) {
            blame(link, supplier, now);
        }
        if (before == HookCall.State.RUNNING && !held.isPlaced()) {
            callAside(link);
        }
        HookResult result = skips ? proceed(null) : OVERDUE;
        if (result != null) {
            finish(result);
        }
    }

    private void tellOverdue(
            HookCall held, boolean asked, @Nullable Link supplier, String consequence) {
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                (asked ? "plugin " : "no worker was free for plugin ")
                        + held.link().name()
                        + (asked ? " did not answer hook " : ", hook ")
                        + point.hookName()
                        + " in time ("
                        + held.limitSeconds()
                        + " s), "
                        + (supplier == null
                                ? ""
                                : "it waits for a setting from plugin " + supplier.name() + ", ")
                        + consequence);
    }

    /** Counts an overdue call against the plugin that is waited for. */
    private void blame(Link link, @Nullable Link supplier, long now) {
        Door.failed(host, supplier == null ? link : supplier, now);
        if (supplier != null) {
            link.plugin().breaker().undecided();
        }
    }

    /** One that said it would never wait, and was therefore called on whatever thread there was. */
    private void callAside(Link link) {
        if (link.plugin().demote()) {
            log(
                    LogLevel.CRIT,
                    link,
                    "plugin "
                            + link.name()
                            + " does not come back although it is marked NonBlocking; it is called"
                            + " as one that may wait from now on");
        }
    }

    private String consequence() {
        return defersMail() ? "mail is deferred" : "it is given up";
    }

    private boolean defersMail() {
        return defersMail(point);
    }

    /** Whether mail is deferred when a plugin of the hook cannot answer. */
    static boolean defersMail(HookPoint point) {
        return DECIDING.contains(point) || point == HookPoint.QUEUE;
    }

    // ---- outcome

    /** Notes what a plugin answered, and whether the run ends with it. */
    private boolean settles(Link link, HookResult result) {
        if (!result.reason().isEmpty() && host.log().shows(LogLevel.INFO, link.level())) {
            host.log().log(LogLevel.INFO, link.call(host.connection().id()), result.reason());
        }
        if (result.karma() != 0) {
            host.connection().adjustKarma(result.karma());
        }
        result.naughtyType().ifPresent(type -> host.defer(link.name(), type, result.text()));
        observe(link, result);
        return result.action() != Action.DECLINED;
    }

    private void observe(Link link, HookResult result) {
        HookPoint observer = result.action().refuses() ? HookPoint.DENY : HookPoint.OK;
        for (Link watching : generation.chain(observer)) {
            Consumer<Object> notice = hook -> tell(hook, link.name(), result);
            if (!watching.nonBlocking()) {
                host.observers().tell(host, watching, notice);
            } else if (host.inlineCalls().isHere()) {
                host.observers().call(host, watching, notice);
            } else {
                // There the guard sees one that does wait; on a child the run would wait with it.
                onLoop(() -> host.observers().call(host, watching, notice));
            }
        }
    }

    private void tell(Object hook, String plugin, HookResult result) {
        boolean refused = result.action().refuses();
        if (refused && hook instanceof DenyHook deny) {
            deny.onDeny(host.connection(), plugin, point.hookName(), result);
        } else if (!refused && hook instanceof OkHook ok) {
            ok.onOk(host.connection(), plugin, point.hookName(), result);
        }
    }

    private HookResult outcome(HookResult result) {
        boolean waved = !result.action().refuses();
        return faulted && waved && DECIDING.contains(point) ? FAULT : result;
    }
}
