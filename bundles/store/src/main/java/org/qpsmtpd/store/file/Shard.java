package org.qpsmtpd.store.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of a store's entries, with a lock of its own that is held for single steps only: no code
 * of others runs under it, and nobody waits for a disk.
 */
final class Shard {
    /** Keys whose changes are noted one by one; beyond, the whole shard is written anew. */
    private static final int MOST_NOTED = 50_000;

    private final Map<String, Entry> entries = new HashMap<>();
    private final EndOrder ends = new EndOrder();
    private final long mostWeight;
    private Set<String> changed = new HashSet<>();
    private boolean isAllChanged;
    private long weight;
    private long displaced;

    /**
     * @param mostWeight what its entries may take on the heap
     */
    Shard(long mostWeight) {
        this.mostWeight = mostWeight;
    }

    /** The entry of a key; null when there is none, or its life is over. */
    synchronized @Nullable Entry get(String key, long now) {
        Entry entry = entries.get(key);
        return entry == null || entry.end <= now ? null : entry;
    }

    /** Puts an entry in the place of whatever its key had. */
    synchronized void put(Entry entry) {
        note(entry.key);
        insert(entry);
        makeRoom(entry);
    }

    /**
     * Changes a key if it has what is expected, as {@link #get} gave it.
     *
     * @param entry what it becomes; null deletes it
     * @return false when it has something else
     */
    synchronized boolean change(
            String key, @Nullable Entry expected, @Nullable Entry entry, long now) {
        if (get(key, now) != expected) {
            return false;
        }
        if (entry == null) {
            remove(key);
        } else {
            put(entry);
        }
        return true;
    }

    /** Takes a key out; what was there is returned even if its life is over. */
    synchronized @Nullable Entry remove(String key) {
        Entry entry = take(key);
        if (entry != null) {
            note(key);
        }
        return entry;
    }

    /** Takes over what the file has of a key; that is no change. */
    synchronized void load(String key, @Nullable Entry entry) {
        if (entry == null) {
            take(key);
        } else {
            insert(entry);
            makeRoom(entry);
        }
    }

    /**
     * Takes out entries whose life is over.
     *
     * @param most how many at once
     * @return whether there may be more
     */
    synchronized boolean expire(long now, int most) {
        for (int i = 0; i < most; i++) {
            Entry first = ends.first();
            if (first == null || first.end > now) {
                return false;
            }
            remove(first.key);
        }
        return true;
    }

    /** Those that live, as they are now. */
    synchronized List<Entry> living(long now) {
        List<Entry> living = new ArrayList<>(entries.size());
        for (Entry entry : entries.values()) {
            if (entry.end > now) {
                living.add(entry);
            }
        }
        return living;
    }

    /** What has changed since it was last asked: entries, and null for a key that is gone. */
    synchronized Map<String, @Nullable Entry> takeChanges() {
        Map<String, @Nullable Entry> taken = new HashMap<>(changed.size() * 2);
        for (String key : changed) {
            taken.put(key, entries.get(key));
        }
        if (!changed.isEmpty()) {
            changed = new HashSet<>();
        }
        isAllChanged = false;
        return taken;
    }

    synchronized boolean isAllChanged() {
        return isAllChanged;
    }

    synchronized boolean isChanged() {
        return isAllChanged || !changed.isEmpty();
    }

    /** Everything counts as changed. */
    synchronized void changeAll() {
        isAllChanged = true;
        changed = new HashSet<>();
    }

    /** Forgets all; nothing counts as changed. */
    synchronized void clear() {
        for (Entry entry : List.copyOf(entries.values())) {
            remove(entry.key);
        }
        isAllChanged = false;
        changed = new HashSet<>();
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized long weight() {
        return weight;
    }

    /** How many entries had to go before their life was over. */
    synchronized long displaced() {
        return displaced;
    }

    private @Nullable Entry take(String key) {
        Entry entry = entries.remove(key);
        if (entry != null) {
            ends.remove(entry);
            weight -= entry.weight;
        }
        return entry;
    }

    private void insert(Entry entry) {
        Entry old = entries.put(entry.key, entry);
        if (old == null) {
            ends.add(entry);
        } else {
            ends.replace(old, entry);
            weight -= old.weight;
        }
        weight += entry.weight;
    }

    /** Those that end next go, but not the one that has just come. */
    private void makeRoom(Entry latest) {
        while (weight > mostWeight && entries.size() > 1) {
            Entry first = ends.first();
            if (first == latest) {
                ends.remove(latest);
                first = ends.first();
                ends.add(latest);
            }
            if (first == null) {
                return;
            }
            remove(first.key);
            displaced++;
        }
    }

    private void note(String key) {
        if (isAllChanged) {
            return;
        }
        changed.add(key);
        if (changed.size() > MOST_NOTED) {
            changeAll();
        }
    }
}
