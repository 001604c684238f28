package org.qpsmtpd.core.chain;

/** Gives the calls for one connection their places among the children, and takes them back. */
final class ChildPlaces {
    private final HookHost host;

    ChildPlaces(HookHost host) {
        this.host = host;
    }

    /** Whether a call begins here and now; otherwise it was given up, and its place is let go. */
    boolean begins(HookCall held) {
        boolean begins = held.begin(Thread.currentThread());
        if (!begins) {
            giveBack(held);
        }
        return begins;
    }

    /** Lets the place of a call go, if it has one. */
    void giveBack(HookCall held) {
        if (held.leavesPlace()) {
            held.link().plugin().share().giveBack(host.children());
        }
    }

    /** Takes a place for a call, if there is one at once. */
    boolean tryTake(HookCall held) {
        return held.link().plugin().share().tryTake(host.children());
    }

    /** Runs a request of a call on a child as soon as there is a place. */
    void submit(HookCall held, Runnable request) {
        held.waitsAs(request);
        held.link().plugin().share().submit(host.children(), request);
    }

    /**
     * A call was given up: whoever holds it goes on alone, and what waits for it does so no more.
     */
    void letGo(HookCall held, HookCall.State before) {
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
}
