package org.qpsmtpd.plugin.rcptcallout;

import java.util.concurrent.CompletionException;

/** A next hop cannot be asked; says nothing about a recipient. */
final class HopFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 250;

    /** Who is to blame. */
    enum Kind {
        /** The connection ended, where another one may do better. */
        GONE,
        /** TLS was agreed on and could not be set up. */
        TLS,
        /** More questions wait than may; the next hop itself may be well. */
        BUSY,
        /** Nobody answers there, or nonsense. */
        DOWN
    }

    private final Kind kind;

    /**
     * @param reason for the log; cleaned here
     */
    HopFault(Kind kind, String reason) {
        super(clean(reason), null, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /** The reason. */
    String reason() {
        return String.valueOf(getMessage());
    }

    /** What a stage failed with. */
    static HopFault of(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner instanceof HopFault fault ? fault : new HopFault(Kind.DOWN, inner.toString());
    }

    /** A text of others, fit for one line: printable ASCII, bounded. */
    private static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || c > '~' ? '?' : c);
        }
        return text.length() > LONGEST ? clean + "..." : clean.toString();
    }
}
