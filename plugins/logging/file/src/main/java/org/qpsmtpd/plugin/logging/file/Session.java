package org.qpsmtpd.plugin.logging.file;

import org.jspecify.annotations.Nullable;

/** A connection, or all that happens outside connections, as far as it concerns the log. */
final class Session {
    private final String id;
    private @Nullable Output output;

    /**
     * @param id what {@code %i} stands for
     */
    Session(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** Where its last line went; null before its first. */
    @Nullable Output output() {
        return output;
    }

    void use(@Nullable Output next) {
        output = next;
    }
}
