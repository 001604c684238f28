package org.qpsmtpd.mailauth.spf;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Records as they were read, found by their text. A text has one place, which the last one that
 * wanted it has: so nothing is locked, and what is kept is at most some MiB.
 */
final class RecordCache {
    private static final int PLACES = 512;

    /** Longer ones, and those with more directives, are read each time. */
    private static final int LONGEST = 2048;

    private static final int MOST_DIRECTIVES = 64;

    private final AtomicReferenceArray<@Nullable Entry> entries =
            new AtomicReferenceArray<>(PLACES);

    private record Entry(String text, SpfRecord record) {}

    /** Reads a text, or finds what became of it before. */
    SpfRecord of(String text) {
        int hash = text.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        Entry entry = entries.get(place);
        if (entry != null && entry.text().equals(text)) {
            return entry.record();
        }
        SpfRecord record = RecordParser.read(text);
        if (text.length() <= LONGEST && record.directives().size() <= MOST_DIRECTIVES) {
            entries.set(place, new Entry(text, record));
        }
        return record;
    }
}
