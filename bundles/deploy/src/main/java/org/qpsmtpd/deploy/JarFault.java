package org.qpsmtpd.deploy;

/** Why a file of the folder is not taken, in words for the administrator. */
final class JarFault extends Exception {
    private static final long serialVersionUID = 1;

    /** When a file that is not taken is looked at again though it did not change itself. */
    enum Kind {
        /** Who may write it, or a folder on its path: after any change of rights. */
        UNTRUSTED,
        /** What is in it: never. */
        BROKEN,
        /**
         * That it, or what decides about it, could not be read or kept: every few seconds, since
         * what was in the way may pass without a trace.
         */
        UNREADABLE,
        /** What a configuration says: never. */
        ILL_WRITTEN,
        /** Which plugin a configuration is for: when one of that pid is there. */
        UNKNOWN,
        /** Who signed it: when the list of signers changes. */
        UNSIGNED,
        /** What it needs of other bundles: when another jar comes. */
        UNRESOLVED,
        /** How it starts: never. */
        UNFIT,
        /** That it cannot serve as it is configured: when the configuration changes. */
        UNSUITED
    }

    private static final String TRIED_AGAIN = "it is tried again every few seconds";

    private final Kind kind;
    private final String reason;
    private final String advice;

    /**
     * Makes a fault.
     *
     * @param reason what is wrong, without a full stop
     * @param advice what to do about it
     */
    JarFault(Kind kind, String reason, String advice) {
        super(reason + "; " + advice);
        this.kind = kind;
        this.reason = reason;
        this.advice = advice;
    }

    /**
     * Makes a fault that may pass by itself.
     *
     * @param reason what is wrong, without a full stop
     */
    static JarFault unreadable(String reason) {
        return new JarFault(Kind.UNREADABLE, reason, TRIED_AGAIN);
    }

    Kind kind() {
        return kind;
    }

    String reason() {
        return reason;
    }

    String advice() {
        return advice;
    }

    /** Whether an administrator can mend it without building a jar, so that the advice counts. */
    boolean isMendedByHand() {
        return switch (kind) {
            case UNTRUSTED, UNSIGNED, UNREADABLE, ILL_WRITTEN, UNKNOWN -> true;
            case BROKEN, UNRESOLVED, UNFIT, UNSUITED -> false;
        };
    }

    /** Whether it can be that only a part of the file has arrived. */
    boolean mayBeIncomplete() {
        return kind == Kind.BROKEN || kind == Kind.ILL_WRITTEN;
    }

    /** The same with something to add for the administrator. */
    JarFault with(String remark) {
        return new JarFault(kind, reason, advice + "; " + remark);
    }

    /** Reason and advice in one sentence. */
    String sentence() {
        return reason + "; " + advice;
    }
}
