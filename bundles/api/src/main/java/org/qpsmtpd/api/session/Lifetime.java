package org.qpsmtpd.api.session;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a connection or a transaction lasts, for what a {@link PluginState} keeps of it. Holds
 * no plugin's state itself, and no plugin.
 */
public final class Lifetime {
    private final List<WeakReference<PluginState<?>>> states = new ArrayList<>(2);
    private boolean over;

    /** Begins one; the server does. */
    public Lifetime() {}

    /**
     * Has it end when this one does.
     *
     * @return whether it has not ended
     */
    synchronized boolean add(PluginState<?> state, Runnable keep) {
        if (!over) {
            states.add(new WeakReference<>(state));
            keep.run();
        }
        return !over;
    }

    /** Ends it, for good: all that plugins keep of it goes. The server does. */
    public void end() {
        List<WeakReference<PluginState<?>>> ended;
        synchronized (this) {
            over = true;
            ended = List.copyOf(states);
            states.clear();
        }
        for (WeakReference<PluginState<?>> reference : ended) {
            PluginState<?> state = reference.get();
            if (state != null) {
                state.forget(this);
            }
        }
    }
}
