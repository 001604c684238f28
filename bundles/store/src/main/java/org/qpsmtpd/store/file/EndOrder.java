package org.qpsmtpd.store.file;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Entries in the order in which they end: a heap that knows where each entry is. */
final class EndOrder {
    private static final int SMALLEST = 16;

    private @Nullable Entry[] heap = new @Nullable Entry[SMALLEST];
    private int size;

    /** The one that ends next; null when there is none. */
    @Nullable Entry first() {
        return size == 0 ? null : heap[0];
    }

    void add(Entry entry) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        size++;
        up(size - 1, entry);
    }

    /** Puts an entry in the place of one that is there. */
    void replace(Entry old, Entry entry) {
        int at = old.place;
        if (entry.end < old.end) {
            up(at, entry);
        } else {
            down(at, entry);
        }
    }

    /** Takes one out that is there. */
    void remove(Entry entry) {
        size--;
        Entry last = at(size);
        heap[size] = null;
        if (last != entry) {
            replace(entry, last);
        }
        if (heap.length > SMALLEST && size < heap.length / 4) {
            heap = Arrays.copyOf(heap, heap.length / 2);
        }
    }

    private void up(int from, Entry entry) {
        int at = from;
        while (at > 0) {
            int above = (at - 1) / 2;
            Entry other = at(above);
            if (other.end <= entry.end) {
                break;
            }
            set(at, other);
            at = above;
        }
        set(at, entry);
    }

    private void down(int from, Entry entry) {
        int at = from;
        int below = 2 * at + 1;
        while (below < size) {
            if (below + 1 < size && at(below + 1).end < at(below).end) {
                below++;
            }
            Entry other = at(below);
            if (entry.end <= other.end) {
                break;
            }
            set(at, other);
            at = below;
            below = 2 * at + 1;
        }
        set(at, entry);
    }

    private Entry at(int place) {
        Entry entry = heap[place];
        if (entry == null) {
            throw new IllegalStateException("no entry at " + place + " of " + size);
        }
        return entry;
    }

    private void set(int place, Entry entry) {
        heap[place] = entry;
        entry.place = place;
    }
}
