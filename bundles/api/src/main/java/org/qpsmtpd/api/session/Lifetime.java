package org.qpsmtpd.api.session;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a connection or a transaction lasts, for what a {@link PluginState} keeps of it. Holds
 * no plugin's state itself, and no plugin.
 */
public final class Lifetime {
    private final List<WeakReference<Keeper>> keepers = new ArrayList<>(2);
    private boolean over;

    /** Keeps something as long as this lasts. */
    interface Keeper {
        void forget(Lifetime over);
    }

    /** Begins one; the server does. */
    public Lifetime() {}

    /**
     * Has it end when this one does.
     *
     * @return whether it has not ended
     */
    synchronized boolean add(Keeper keeper, Runnable keep) {
        if (!over) {
            keepers.add(new WeakReference<>(keeper));
            keep.run();
        }
        return !over;
    }

    /** Ends it, for good: all that plugins keep of it goes. The server does. */
    public void end() {
        List<WeakReference<Keeper>> ended;
        synchronized (this) {
            over = true;
            ended = List.copyOf(keepers);
            keepers.clear();
        }
        for (WeakReference<Keeper> reference : ended) {
            Keeper keeper = reference.get();
            if (keeper != null) {
                keeper.forget(this);
            }
        }
    }
}
