package org.qpsmtpd.core.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.Notes;

/** Notes; costs nothing until the first is set. */
final class NoteMap implements Notes {
    private @Nullable Map<NoteKey<?>, Object> values;

    @Override
    public <T> Optional<T> get(NoteKey<T> key) {
        Map<NoteKey<?>, Object> map = values;
        return map == null
                ? Optional.empty()
                : Optional.ofNullable(map.get(key)).map(key.type()::cast);
    }

    @Override
    public <T> void put(NoteKey<T> key, T value) {
        Map<NoteKey<?>, Object> map = values;
        if (map == null) {
            map = new HashMap<>(4);
            values = map;
        }
        map.put(key, value);
    }

    @Override
    public void remove(NoteKey<?> key) {
        Map<NoteKey<?>, Object> map = values;
        if (map != null) {
            map.remove(key);
        }
    }

    @Override
    public boolean has(NoteKey<?> key) {
        Map<NoteKey<?>, Object> map = values;
        return map != null && map.containsKey(key);
    }

    void clear() {
        values = null;
    }
}
