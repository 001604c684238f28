package org.qpsmtpd.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;

/** Notes in a map. */
final class FakeNotes implements Notes {
    private final Map<NoteKey<?>, Object> values = new HashMap<>();

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        return Optional.ofNullable(values.get(key)).map(key.type()::cast);
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        values.put(key, key.type().cast(value));
    }

    void clear() {
        values.clear();
    }

    @Override
    public void remove(NoteKey<?> key) {
        values.remove(key);
    }
}
