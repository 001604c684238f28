package org.qpsmtpd.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.qpsmtpd.api.service.Store;

/** A store in memory. Safe for use by several threads. */
public final class FakeStore implements Store {
    private final Object lock = new Object();
    private final Map<String, String> values = new HashMap<>();

    @Override
    public Optional<String> get(String key) {
        synchronized (lock) {
            return Optional.ofNullable(values.get(key));
        }
    }

    @Override
    public void set(String key, String value) {
        synchronized (lock) {
            values.put(key, value);
        }
    }

    @Override
    public void update(String key, UnaryOperator<Optional<String>> change) {
        synchronized (lock) {
            change.apply(Optional.ofNullable(values.get(key)))
                    .ifPresentOrElse(value -> values.put(key, value), () -> values.remove(key));
        }
    }

    @Override
    public int delete(List<String> keys) {
        synchronized (lock) {
            int before = values.size();
            values.keySet().removeAll(List.copyOf(keys));
            return before - values.size();
        }
    }

    @Override
    public List<String> keys() {
        synchronized (lock) {
            return List.copyOf(values.keySet());
        }
    }

    @Override
    public long size() {
        synchronized (lock) {
            return values.size();
        }
    }

    @Override
    public void clear() {
        synchronized (lock) {
            values.clear();
        }
    }
}
