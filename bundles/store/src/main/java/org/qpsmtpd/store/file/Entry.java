package org.qpsmtpd.store.file;

/** An entry of a store. All but its place stays as it is; a change is another entry. */
final class Entry {
    /** What an entry takes on the heap beside its text, roughly. */
    static final int OVERHEAD = 160;

    final String key;
    final String value;

    /** When it ends, in milliseconds of the store's time. */
    final long end;

    /** Roughly what it takes on the heap. */
    final int weight;

    /** Where it stands in the order of ends; belongs to {@link EndOrder}. */
    int place;

    /**
     * @param octets those of key and value in UTF-8
     */
    Entry(String key, String value, long end, int octets) {
        this.key = key;
        this.value = value;
        this.end = end;
        this.weight = OVERHEAD + octets;
    }
}
