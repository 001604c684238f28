package org.qpsmtpd.store.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer of Redis. */
sealed interface Reply {
    /** A text; null where there is nothing under a key. */
    record Text(@Nullable String text) implements Reply {}

    /** A whole number. */
    record Whole(long number) implements Reply {}

    /** Several answers. */
    record Many(List<Reply> all) implements Reply {}

    /** What Redis says is wrong. */
    record Fault(String text) implements Reply {}

    /** Its text, or null where it is none. */
    default @Nullable String text() {
        return this instanceof Text text ? text.text : null;
    }

    /** Its number; 0 where it is none. */
    default long number() {
        return this instanceof Whole whole ? whole.number : 0;
    }

    /** Its parts; none where it has none. */
    default List<Reply> parts() {
        return this instanceof Many many ? many.all : List.of();
    }
}
