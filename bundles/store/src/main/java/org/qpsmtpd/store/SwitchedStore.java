package org.qpsmtpd.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.Store;
import org.qpsmtpd.api.service.StoredValue;
import org.qpsmtpd.store.form.OpenStores;

/** A store of a server, in whatever form it is at a moment. */
final class SwitchedStore implements Store {
    private final String name;
    private final Present stores;

    /** The stores of the server as they are when they are asked. */
    interface Present {
        /** Asks them; fails while there are none. */
        <T extends @Nullable Object> CompletionStage<T> ask(
                Function<OpenStores, CompletionStage<T>> call);
    }

    SwitchedStore(String name, Present stores) {
        this.name = name;
        this.stores = stores;
    }

    @Override
    public CompletionStage<Optional<String>> get(String key) {
        return stores.ask(open -> open.open(name).get(key));
    }

    @Override
    public CompletionStage<Void> set(String key, String value, Duration life) {
        return stores.ask(open -> open.open(name).set(key, value, life));
    }

    @Override
    public CompletionStage<Optional<String>> update(
            String key, UnaryOperator<Optional<StoredValue>> change) {
        return stores.ask(open -> open.open(name).update(key, change));
    }

    @Override
    public CompletionStage<Long> add(String key, long amount, Duration life) {
        return stores.ask(open -> open.open(name).add(key, amount, life));
    }

    @Override
    public CompletionStage<Boolean> delete(String key) {
        return stores.ask(open -> open.open(name).delete(key));
    }

    @Override
    public CompletionStage<Void> scan(BiPredicate<String, String> visitor) {
        return stores.ask(open -> open.open(name).scan(visitor));
    }

    @Override
    public CompletionStage<Long> deleteIf(BiPredicate<String, String> condition) {
        return stores.ask(open -> open.open(name).deleteIf(condition));
    }

    @Override
    public CompletionStage<Long> size() {
        return stores.ask(open -> open.open(name).size());
    }
}
