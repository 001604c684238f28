package org.qpsmtpd.api.peer;

import java.util.concurrent.CompletionException;

/** A service gave no good answer; the message says which, why, and what to do. */
public final class PeerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 300;

    private final Kind kind;

    /** What went wrong. */
    public enum Kind {
        /** Nobody answers there, or the connection ended too early. */
        AWAY,
        /** There was no answer in time. */
        LATE,
        /** The answer is none of the protocol, is too long, or says that it cannot. */
        FAULT,
        /** More exchanges wait than may, or the way has been closed. */
        BUSY
    }

    /**
     * A failure.
     *
     * @param message for an administrator; control characters and what is beyond ASCII are
     *     replaced, and 300 characters are kept
     */
    public PeerFailure(Kind kind, String message) {
        super(clean(message), null, false, false);
        this.kind = kind;
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }

    /** The message. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** What a stage failed with; something else than this becomes a fault with its words. */
    public static PeerFailure of(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner instanceof PeerFailure found
                ? found
                : new PeerFailure(Kind.FAULT, inner.toString());
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || c > '~' ? '?' : c);
        }
        return clean.toString();
    }
}
