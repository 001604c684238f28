package org.qpsmtpd.core.chain;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;

/**
 * Tells the plugins that observe of one answer, one after the other and in turn with the session:
 * the run goes on when the last has come back, or was given up at its deadline. One that hangs, or
 * failed too often, is not told.
 */
final class Telling {
    private final HookHost host;
    private final List<Link> watching;
    private final Link answering;
    private final HookResult said;
    private final Consumer<Runnable> home;
    private final Runnable then;
    private int next;
    private volatile @Nullable HookCall current;

    /**
     * @param watching the plugins that observe such answers
     * @param link who has answered
     * @param said the answer
     * @param home runs something on the connection's own thread
     * @param then goes on there, unless {@link #begin} has told all
     */
    Telling(
            HookHost host,
            List<Link> watching,
            Link link,
            HookResult said,
            Consumer<Runnable> home,
            Runnable then) {
        this.host = host;
        this.watching = watching;
        this.answering = link;
        this.said = said;
        this.home = home;
        this.then = then;
    }

    /** The plugins that observe answers of this kind. */
    static List<Link> watching(PluginList list, HookResult said) {
        return list.chain(said.action().refuses() ? HookPoint.DENY : HookPoint.OK);
    }

    private Boolean tell(Object hook) {
        String plugin = answering.name();
        String name = answering.point().hookName();
        if (hook instanceof DenyHook deny && said.action().refuses()) {
            deny.onDeny(host.connection(), host.openTransaction(), plugin, name, said);
        } else if (hook instanceof OkHook ok && !said.action().refuses()) {
            ok.onOk(host.connection(), host.openTransaction(), plugin, name, said);
        }
        return true;
    }

    /**
     * Tells as many as can be told here and now.
     *
     * @return whether these are all; otherwise the rest is told elsewhere
     */
    boolean begin() {
        while (next < watching.size()) {
            Link link = watching.get(next++);
            boolean goesOn = link.nonBlocking() ? callHere(link) : isMissed(link) || !submit(link);
            if (!goesOn) {
                return false;
            }
        }
        return true;
    }

    private void goOn() {
        if (begin()) {
            then.run();
        }
    }

    /** While a call hangs in a plugin nobody waits behind that for another. */
    private boolean isMissed(Link link) {
        boolean barred = link.plugin().isBarred(host.children().most());
        boolean missed = barred || link.plugin().isHanging();
        if (missed) {
            miss(link);
        }
        return missed;
    }

    /** On a child nothing but the deadline watches over a plugin that says it never waits. */
    private boolean callHere(Link link) {
        HookCall held = HookCall.withoutPlace(link);
        current = held;
        return held.begin(Thread.currentThread()) && call(held);
    }

    /** False when there are too many that wait for the plugin already. */
    private boolean submit(Link link) {
        HookCall held = new HookCall(link);
        Runnable request = () -> runOnChild(held);
        held.waitsAs(request);
        current = held;
        boolean kept = link.plugin().share().submitNotice(host.children(), request);
        if (!kept) {
            current = null;
            miss(link);
        }
        return kept;
    }

    private void runOnChild(HookCall held) {
        boolean mine = false;
        try {
            mine = held.begin(Thread.currentThread()) && call(held);
        } finally {
            held.link().plugin().share().giveBack(host.children());
        }
        if (mine) {
            home.accept(this::goOn);
        }
    }

    /** Calls a plugin; false when it was given up meanwhile, and the rest goes on without. */
    private boolean call(HookCall held) {
        Link link = held.link();
        PluginInstance plugin = link.plugin();
        Object hook = plugin.enter();
        boolean asked = hook != null && plugin.breaker().allows(System.nanoTime());
        @Nullable Came<Boolean> came = null;
        if (hook != null && asked) {
            HookCall.enter(held);
            came = Door.call(host, link, hook, this::tell);
            HookCall.enter(null);
        }
        boolean mine = held.end();
        if (!mine) {
            plugin.hangsNoMore();
        }
        if (hook != null) {
            plugin.exit();
        }
        if (mine) {
            current = null;
            count(link, hook != null, came);
        }
        return mine;
    }

    private void count(Link link, boolean there, @Nullable Came<Boolean> came) {
        if (came != null) {
            Door.count(host, link, came);
        } else if (there) {
            miss(link);
        }
    }

    /** Gives up a call whose time is over; called on the connection's own thread. */
    void tick(long now) {
        HookCall held = current;
        if (held == null || !held.isOverdue(now)) {
            return;
        }
        HookCall.State before = held.giveUp();
        if (before == HookCall.State.ENDED) {
            return;
        }
        current = null;
        if (before == HookCall.State.WAITING) {
            held.link().plugin().share().withdraw(held.request());
            miss(held.link());
        } else {
            givenUp(held, now);
        }
        goOn();
    }

    private void givenUp(HookCall held, long now) {
        Link link = held.link();
        link.plugin().hangs();
        host.log().log(
                LogLevel.CRIT,
                host.connection().id(),
                "plugin "
                        + link.name()
                        + " did not come back from hook "
                        + link.point().hookName()
                        + " in time ("
                        + held.limitSeconds()
                        + " s), it is given up");
        Door.failed(host, link, now);
        if (!held.isPlaced()) {
            link.plugin().demote();
        }
    }

    private void miss(Link link) {
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
