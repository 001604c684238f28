package org.qpsmtpd.core.chain;

import java.util.List;
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
 * away is waited for, within a bound; one that does not answer in time is given up. The plugins
 * that observe are told of each answer before the run goes on.
 *
 * <p>The run is at one place at a time: on the connection's thread, on a child, or with whoever
 * completes an answer. A method that returns whether something is there returns false when the run
 * goes on elsewhere.
 */
public final class HookRun {
    private static final HookResult FAULT =
            HookResult.denySoft("Internal error - try again later (#4.3.0)");

    private static final HookResult OVERDUE =
            HookResult.denySoftDisconnect("Internal error - try again later (#4.3.0)");

    /** How long a call waits for a plugin that is away. */
    public static final long AWAY_SECONDS = 10;

    private final Generation generation;
    private final HookPoint point;
    private final HookHost host;
    private final Function<Object, HookResult> call;
    private final Consumer<HookResult> done;
    private final List<Link> links;
    private final Overdue overdue;
    private int next;
    private boolean faulted;
    private volatile boolean finished;
    private volatile @Nullable HookCall current;
    private volatile @Nullable Telling telling;

    /** What the plugin asked last has answered; whoever has the run may look at it. */
    private HookResult answer = HookResult.DECLINED;

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
        this.overdue = new Overdue(host, point);
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
        if (!run.proceedOrFail(null)) {
            return run;
        }
        run.finished = true;
        done.accept(run.answer);
        return null;
    }

    /** The hook that runs, and the plugin asked last, for the list of connections. */
    public String description() {
        int asked = Math.min(Math.max(next, 1), links.size());
        return "hook " + point.hookName() + " " + links.get(asked - 1).name();
    }

    /** A mistake of ours, or a log that throws, must not leave the session without a result. */
    private boolean proceedOrFail(@Nullable HookCall begun) {
        try {
            return proceed(begun);
        } catch (Throwable e) {
            return broken(e);
        }
    }

    private boolean broken(Throwable failure) {
        current = null;
        telling = null;
        try {
            host.log().log(LogLevel.CRIT, host.connection().id(), "internal error: " + failure);
        } catch (Throwable e) {
            // The log is what is broken; the client is told all the same.
        }
        answer = FAULT;
        return true;
    }

    /**
     * Asks plugins in order until there is a result.
     *
     * @param begun the call to begin with, on a child; null on the connection's own thread
     */
    private boolean proceed(@Nullable HookCall begun) {
        HookCall held = begun;
        while (held != null || (!finished && next < links.size())) {
            Link link = held == null ? links.get(next++) : held.link();
            if (held == null && !isBarred(link)) {
                boolean quick = link.nonBlocking();
                held = quick ? quickCall(link, begun != null) : childFor(link, begun != null);
                if (held == null && !quick) {
                    return false;
                }
            }
            if (!ask(link, held) || !isTold(link)) {
                return false;
            }
            held = null;
            if (isSettled()) {
                return true;
            }
        }
        return declined();
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
        if (held.leavesPlace()) {
            held.link().plugin().share().giveBack(host.children());
        }
    }

    private void runOnChild(HookCall held) {
        if (begins(held) && proceedOrFail(held)) {
            onLoop(this::finish);
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
            broken(e);
            finish();
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            done.accept(answer);
        }
    }

    /** Goes on on the connection's own thread, behind the plugin asked last. */
    private void goOn() {
        if (proceed(null)) {
            finish();
        }
    }

    /** The same when that plugin's answer is there. */
    private void goOn(Link link) {
        if (isTold(link)) {
            told();
        }
    }

    private void told() {
        telling = null;
        if (isSettled() || proceed(null)) {
            finish();
        }
    }

    /**
     * Asks a plugin.
     *
     * @param held the call with its child; null when the plugin never waits
     */
    private boolean ask(Link link, @Nullable HookCall held) {
        PluginInstance plugin = link.plugin();
        long began = System.nanoTime();
        Object hook = plugin.enter();
        if (hook != null && !isBarred(link) && plugin.breaker().allows(began)) {
            return visit(link, held, began, hook, call, null);
        }
        if (hook != null) {
            plugin.exit();
        }
        boolean mine = notCalled(held);
        if (hook == null && mine) {
            awaitReturn(link);
        }
        return hook != null && mine && isBypassed(link, began);
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

    /**
     * Runs code of a plugin that was entered, and takes its answer.
     *
     * @param code the call itself, or what makes the answer that was to come
     * @param promise what the code makes the answer of; null for none
     */
    private boolean visit(
            Link link,
            @Nullable HookCall held,
            long began,
            Object argument,
            Function<Object, HookResult> code,
            @Nullable Promise promise) {
        HookCall.enter(held);
        Came<HookResult> came = Door.call(host, link, argument, code);
        HookCall.enter(null);
        HookResult said = came.value();
        if (said != null && said.pending().isPresent() && mayPromise(promise)) {
            pend(link, held, began, said, promise);
            return false;
        }
        boolean mine = held == null || held.end();
        if (held != null) {
            giveBack(held);
        }
        if (!mine) {
            link.plugin().hangsNoMore();
        }
        link.plugin().exit();
        if (mine) {
            take(link, began, said, came.failure(), promise);
        }
        return mine;
    }

    private static boolean mayPromise(@Nullable Promise before) {
        return before == null || before.number() < Promise.MOST;
    }

    private void pend(
            Link link,
            @Nullable HookCall held,
            long began,
            HookResult said,
            @Nullable Promise before) {
        HookCall pending = held == null ? HookCall.withoutPlace(link) : held;
        current = pending;
        boolean mine = pending.returnPending();
        giveBack(pending);
        if (!mine) {
            link.plugin().hangsNoMore();
            link.plugin().exit();
            return;
        }
        link.plugin().pends(link.call(host.connection().id()));
        await(pending, began, said, before);
    }

    private void await(HookCall pending, long began, HookResult said, @Nullable Promise before) {
        HookResult kept = before == null ? said : before.kept(said);
        Promise promise =
                new Promise(pending, began, kept, before == null ? 1 : before.number() + 1);
        promise.await(end -> onLoop(() -> arrived(promise, end)));
    }

    /** The stage has ended: what is left is the plugin's code that makes the answer, if any. */
    private void arrived(Promise promise, Promise.End end) {
        @Nullable Function<Object, HookResult> function = promise.later().function().orElse(null);
        if (end.failure() == null && !end.late() && function != null) {
            makeAnswer(promise, value -> function.apply(end.value()));
            return;
        }
        @Nullable HookResult said =
                end.late()
                        ? promise.later().otherwise()
                        : end.value() instanceof HookResult result ? result : null;
        if (said != null && said.pending().isPresent() && mayPromise(promise)) {
            await(promise.call(), promise.began(), said, promise);
        } else {
            ended(promise, said, end.failure());
        }
    }

    private void makeAnswer(Promise promise, Function<Object, HookResult> code) {
        HookCall pending = promise.call();
        Link link = pending.link();
        if (link.nonBlocking()) {
            if (resume(promise, code)) {
                goOn(link);
            }
            return;
        }
        Runnable request =
                () -> {
                    pending.takesPlace();
                    if (resume(promise, code)) {
                        onLoop(() -> goOn(link));
                    }
                };
        pending.waitsAs(request);
        link.plugin().share().submit(host.children(), request);
    }

    /** Runs the plugin's code here and now, unless the call was given up. */
    private boolean resume(Promise promise, Function<Object, HookResult> code) {
        HookCall pending = promise.call();
        Link link = pending.link();
        if (!pending.resume(Thread.currentThread())) {
            giveBack(pending);
            return false;
        }
        link.plugin().pendsNoMore(link.call(host.connection().id()));
        return visit(link, pending, promise.began(), link, code, promise);
    }

    private void ended(Promise promise, @Nullable HookResult said, @Nullable Throwable failure) {
        if (!promise.call().end()) {
            return;
        }
        Link link = promise.call().link();
        link.plugin().pendsNoMore(link.call(host.connection().id()));
        link.plugin().exit();
        take(link, promise.began(), said, failure, promise);
        goOn(link);
    }

    /** A plugin has answered or failed: counts, records and logs it. */
    private void take(
            Link link,
            long began,
            @Nullable HookResult said,
            @Nullable Throwable failure,
            @Nullable Promise promise) {
        current = null;
        long now = System.nanoTime();
        @Nullable HookResult taken = said;
        @Nullable Throwable reason = failure;
        if (said != null && promise != null) {
            try {
                taken = promise.kept(said);
            } catch (IllegalArgumentException e) { // the code does not go with the answer
                taken = null;
                reason = e;
            }
        }
        if (taken != null && taken.pending().isPresent()) {
            String text = "answers " + Promise.MOST + " times that its answer comes later";
            taken = null;
            reason = new IllegalStateException(text);
        }
        if (taken == null) {
            fail(link, began, now, reason);
            answer = HookResult.DECLINED;
            return;
        }
        link.plugin().figures(point).answered(taken.action(), now - began);
        Door.succeeded(host, link);
        decided(link, taken.action().name(), taken.text(), taken.reason(), began, now);
        answer = taken;
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
    private boolean isBypassed(Link link, long began) {
        decided(link, "bypassed", "", "it failed too often", began, began);
        faulted |= !link.skipOnError();
        // It has stored nothing, so nothing comes twice.
        boolean refuses = !link.skipOnError() && point == HookPoint.QUEUE;
        answer = refuses ? FAULT : HookResult.DECLINED;
        return true;
    }

    private void decided(Link link, String what, String text, String reason, long began, long now) {
        host.decided(
                new Outcome(
                        point.hookName(),
                        link.name(),
                        link.plugin().origin().version(),
                        what,
                        text,
                        reason,
                        began,
                        now - began));
    }

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
            log(
                    LogLevel.ERROR,
                    link,
                    "plugin " + link.name() + " is stopped and did not come back in time");
        }
        boolean counts = !there && !link.plugin().origin().optional();
        if (counts && Deciding.defersMail(point)) {
            answer = FAULT;
            finish();
        } else {
            goOn();
        }
    }

    /** Looks at the time; called about once a second on the connection's own thread. */
    public void tick(long now) {
        Telling observers = telling;
        HookCall held = current;
        if (observers != null) {
            takeStep(() -> observers.tick(now));
        } else if (held != null && !finished && held.isOverdue(now)) {
            takeStep(() -> giveUp(held, now));
        } else if (held != null && !finished) {
            overdue.watchSupplier(held, now);
        }
    }

    private void giveUp(HookCall held, long now) {
        Link supplier = held.supplier();
        HookCall.State before = held.giveUp();
        if (before == HookCall.State.ENDED) {
            return;
        }
        Link link = held.link();
        current = null;
        boolean asked = before != HookCall.State.WAITING;
        boolean skips = link.skipOnError() && point != HookPoint.QUEUE;
        letGo(held, before);
        decided(link, "overdue", "", "no answer in time", held.began(), now);
        overdue.tell(held, asked, supplier, skips, now);
        if (before == HookCall.State.RUNNING && !held.isPlaced()) {
            overdue.callAside(link);
        }
        if (skips) {
            goOn();
        } else {
            answer = OVERDUE;
            finish();
        }
    }

    private void letGo(HookCall held, HookCall.State before) {
        PluginInstance plugin = held.link().plugin();
        if (before == HookCall.State.RUNNING) {
            plugin.hangs();
            return;
        }
        plugin.share().withdraw(held.request());
        if (before == HookCall.State.PENDING) {
            plugin.pendsNoMore(held.link().call(host.connection().id()));
            plugin.exit();
        }
    }

    /** Notes an answer; false when the plugins that observe are told of it elsewhere. */
    private boolean isTold(Link link) {
        HookResult said = answer;
        if (!said.reason().isEmpty() && host.log().shows(LogLevel.INFO, link.level())) {
            log(LogLevel.INFO, link, said.reason());
        }
        if (said.karma() != 0) {
            host.connection().adjustKarma(said.karma());
        }
        said.naughtyType().ifPresent(type -> host.defer(link.name(), type, said.text()));
        boolean refused = said.action().refuses();
        List<Link> watching = generation.chain(refused ? HookPoint.DENY : HookPoint.OK);
        if (watching.isEmpty()) {
            return true;
        }
        Function<Object, Boolean> notice = hook -> tell(hook, link.name(), said);
        Telling round = new Telling(host, watching, notice, this::onLoop, this::told);
        telling = round;
        boolean told = round.begin();
        if (told) {
            telling = null;
        }
        return told;
    }

    private Boolean tell(Object hook, String plugin, HookResult said) {
        String name = point.hookName();
        if (hook instanceof DenyHook deny && said.action().refuses()) {
            deny.onDeny(host.connection(), host.openTransaction(), plugin, name, said);
        } else if (hook instanceof OkHook ok && !said.action().refuses()) {
            ok.onOk(host.connection(), host.openTransaction(), plugin, name, said);
        }
        return true;
    }

    private boolean isSettled() {
        if (answer.action() == Action.DECLINED) {
            return false;
        }
        answer = outcome(answer);
        return true;
    }

    private boolean declined() {
        answer = outcome(HookResult.DECLINED);
        return true;
    }

    private HookResult outcome(HookResult result) {
        boolean waved = !result.action().refuses();
        return faulted && waved && Deciding.isOne(point) ? FAULT : result;
    }
}
