package org.qpsmtpd.mailauth.signature;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the DNS says of a key. */
public final class FoundKey {
    private final @Nullable KeyRecord record;
    private final String fault;
    private final boolean isTemporary;

    private FoundKey(@Nullable KeyRecord record, String fault, boolean isTemporary) {
        this.record = record;
        this.fault = fault;
        this.isTemporary = isTemporary;
    }

    static FoundKey of(KeyRecord record) {
        return new FoundKey(record, "", false);
    }

    static FoundKey none(String fault) {
        return new FoundKey(null, fault, false);
    }

    static FoundKey later(String fault) {
        return new FoundKey(null, fault, true);
    }

    /** The key; absent when there is none that can be used. */
    public Optional<KeyRecord> record() {
        return Optional.ofNullable(record);
    }

    /** Why there is none; empty when there is one. */
    public String fault() {
        return fault;
    }

    /** Whether there may be one later. */
    public boolean isTemporary() {
        return isTemporary;
    }
}
