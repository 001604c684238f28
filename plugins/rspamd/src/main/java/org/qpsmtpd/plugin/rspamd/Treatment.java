package org.qpsmtpd.plugin.rspamd;

import java.util.EnumMap;
import java.util.Map;
import org.qpsmtpd.api.plugin.Choice;

/** What is done with a message. */
enum Treatment {
    /** It goes on. */
    ACCEPT,
    /** It goes on with a field that says that it is spam. */
    MARK,
    /** It goes on with that field and another subject. */
    REWRITE,
    /** It goes on, to be put where somebody looks at it. */
    QUARANTINE,
    /** The client hears that it was taken, and it is thrown away. */
    DISCARD,
    /** The client is to bring it again. */
    DEFER,
    /** It is refused. */
    DENY;

    /** Whether somebody gets the message. */
    boolean isAccepting() {
        return switch (this) {
            case ACCEPT, MARK, REWRITE, QUARANTINE -> true;
            case DISCARD, DEFER, DENY -> false;
        };
    }

    /**
     * What is done upon each action.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    static Map<RspamdAction, Treatment> of(RspamdConfig config) {
        Map<RspamdAction, Treatment> all = new EnumMap<>(RspamdAction.class);
        all.put(RspamdAction.NO_ACTION, ACCEPT);
        all.put(RspamdAction.GREYLIST, of("greylist", config.greylist()));
        all.put(RspamdAction.ADD_HEADER, of("add_header", config.add__header()));
        all.put(RspamdAction.REWRITE_SUBJECT, of("rewrite_subject", config.rewrite__subject()));
        all.put(RspamdAction.SOFT_REJECT, of("soft_reject", config.soft__reject()));
        all.put(RspamdAction.REJECT, of("reject", config.reject()));
        all.put(RspamdAction.DISCARD, of("discard", config.discard()));
        all.put(RspamdAction.QUARANTINE, of("quarantine", config.quarantine()));
        return all;
    }

    private static Treatment of(String option, String word) {
        return Choice.of(Treatment.class, option, word);
    }
}
