package org.qpsmtpd.api.session;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What one plugin keeps for each connection or each transaction, of a type of its own. What plugins
 * leave for each other are {@link Notes}.
 *
 * <pre>{@code
 * private final PluginState<Counters> counters = new PluginState<>(Counters::new);
 * ...
 * counters.of(connection).unknownCommands++;
 * }</pre>
 *
 * <p>A plugin keeps it in a field, never a static one: all that it holds goes with the plugin. The
 * state of a connection goes when it ends, or when a proxy tells that it speaks for another client;
 * that of a transaction after the hook {@code reset_transaction}. A session runs one hook at a
 * time, so no locking is needed for what is in it.
 *
 * @param <T> type of the state
 */
public final class PluginState<T> {
    private final Supplier<? extends T> first;
    private final Map<Lifetime, T> values = new ConcurrentHashMap<>();

    /** Goes with this state, since nobody else holds it. */
    private final Lifetime.Keeper keeper = values::remove;

    /**
     * @param first makes the state of a connection or transaction when it is first asked for
     */
    public PluginState(Supplier<? extends T> first) {
        this.first = first;
    }

    /**
     * The state for this connection.
     *
     * @throws IllegalStateException when the connection is over
     */
    public T of(Connection connection) {
        return in(connection.lifetime(), "connection " + connection.id());
    }

    /**
     * The state for this transaction.
     *
     * @throws IllegalStateException when the transaction is over
     */
    public T of(Transaction transaction) {
        return in(transaction.lifetime(), "transaction " + transaction.id());
    }

    /** For how many connections and transactions there is a state now. */
    public int size() {
        return values.size();
    }

    private T in(Lifetime lifetime, String what) {
        @Nullable T known = values.get(lifetime);
        if (known != null) {
            return known;
        }
        T made = Objects.requireNonNull(first.get(), "a state cannot be null");
        if (!lifetime.add(keeper, () -> values.put(lifetime, made))) {
            throw new IllegalStateException(what + " is over");
        }
        return made;
    }
}
