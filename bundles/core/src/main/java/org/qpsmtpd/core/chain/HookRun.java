package org.qpsmtpd.core.chain;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.log.LogLevel;

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
public final class HookRun implements Promises.Course {
    /** How long a call waits for a plugin that is away. */
    public static final long AWAY_SECONDS = 10;

    private final PluginList list;
    private final HookPoint point;
    private final HookHost host;
    private final Function<Object, HookResult> call;
    private final Consumer<HookResult> done;
    private final List<Link> links;
    private final Scribe scribe;
    private final Verdict verdict;
    private int next;
    private volatile boolean finished;
    private volatile @Nullable HookCall current;
    private volatile @Nullable Telling telling;

    private HookRun(
            PluginList list,
            HookPoint point,
            HookHost host,
            Function<Object, HookResult> call,
            Consumer<HookResult> done) {
        this.list = list;
        this.point = point;
        this.host = host;
        this.call = call;
        this.done = done;
        this.links = list.chain(point);
        this.scribe = new Scribe(host, point);
        this.verdict = new Verdict(point, scribe);
    }

    /**
     * Runs a hook. Called on the connection's own thread, where the result is delivered too, maybe
     * before this method returns.
     *
     * @param call asks one plugin; the object is of the hook's interface
     * @return the run; null when the result has been delivered already
     */
    public static @Nullable HookRun start(
            PluginList list,
            HookPoint point,
            HookHost host,
            Function<Object, HookResult> call,
            Consumer<HookResult> done) {
        if (!list.has(point)) {
            done.accept(HookResult.DECLINED);
            return null;
        }
        HookRun run = new HookRun(list, point, host, call, done);
        if (!run.proceedOrFail(null)) {
            return run;
        }
        run.finished = true;
        done.accept(run.verdict.result());
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
        verdict.fault();
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
            if (verdict.isSettled()) {
                return true;
            }
        }
        return verdict.isDeclined();
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
        if (!onChild || !places().tryTake(held)) {
            places().submit(held, () -> runOnChild(held));
            return null;
        }
        return places().begins(held) ? held : null;
    }

    private void runOnChild(HookCall held) {
        if (places().begins(held) && proceedOrFail(held)) {
            onLoop(this::finish);
        }
    }

    @Override
    public void onLoop(Runnable step) {
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
            done.accept(verdict.result());
        }
    }

    /** Goes on on the connection's own thread, behind the plugin asked last. */
    private void goOn() {
        if (proceed(null)) {
            finish();
        }
    }

    @Override
    public void goOn(Link link) {
        if (isTold(link)) {
            told();
        }
    }

    private void told() {
        telling = null;
        if (verdict.isSettled() || proceed(null)) {
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
        return hook != null && mine && verdict.isBypassed(link, began);
    }

    /** Lets the child go without a call; false when the call was given up meanwhile. */
    private boolean notCalled(@Nullable HookCall held) {
        if (held == null) {
            return true;
        }
        boolean mine = held.end();
        current = null;
        places().giveBack(held);
        return mine;
    }

    @Override
    public boolean visit(
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
        if (said != null && Promises.isOne(said, promise)) {
            HookCall pending = held == null ? HookCall.withoutPlace(link) : held;
            current = pending;
            new Promises(host, places(), this).pend(pending, began, said, promise);
            return false;
        }
        boolean mine = held == null || held.end();
        if (held != null) {
            places().giveBack(held);
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

    @Override
    public void take(
            Link link,
            long began,
            @Nullable HookResult said,
            @Nullable Throwable failure,
            @Nullable Promise promise) {
        current = null;
        verdict.take(link, began, said, failure, promise);
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
            scribe.away(link, began);
        }
        boolean counts = !there && !link.plugin().origin().optional();
        if (counts && Deciding.defersMail(point)) {
            verdict.fault();
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
            overdue().watchSupplier(held, now);
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
        places().letGo(held, before);
        scribe.overdue(held, now);
        overdue().tell(held, asked, supplier, skips, now);
        if (before == HookCall.State.RUNNING && !held.isPlaced()) {
            overdue().callAside(link);
        }
        if (skips) {
            goOn();
        } else {
            verdict.overdue();
            finish();
        }
    }

    /** Made when there is need, since most runs have none. */
    private Overdue overdue() {
        return new Overdue(host, point);
    }

    private ChildPlaces places() {
        return new ChildPlaces(host);
    }

    /** Notes an answer; false when the plugins that observe are told of it elsewhere. */
    private boolean isTold(Link link) {
        HookResult said = verdict.result();
        scribe.reason(link, said);
        if (said.karma() != 0) {
            host.connection().adjustKarma(said.karma());
        }
        said.naughtyType().ifPresent(type -> host.defer(link.name(), type, said.text()));
        List<Link> watching = Telling.watching(list, said);
        if (watching.isEmpty()) {
            return true;
        }
        Telling round = new Telling(host, watching, link, said, this::onLoop, this::told);
        telling = round;
        boolean told = round.begin();
        if (told) {
            telling = null;
        }
        return told;
    }
}
