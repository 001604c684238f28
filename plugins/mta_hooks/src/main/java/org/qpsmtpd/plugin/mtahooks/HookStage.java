package org.qpsmtpd.plugin.mtahooks;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.qpsmtpd.api.plugin.Choice;

/** When a service is asked. */
enum HookStage {
    CONNECT,
    EHLO,
    MAIL,
    RCPT,
    DATA;

    /** As a service is told it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether there is a message that an answer can be about. */
    boolean hasMessage() {
        return switch (this) {
            case CONNECT, EHLO -> false;
            case MAIL, RCPT, DATA -> true;
        };
    }

    /**
     * Reads some, with commas between them.
     *
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    static Set<HookStage> parse(String text) {
        Set<HookStage> all = EnumSet.noneOf(HookStage.class);
        for (String each : text.split(",", -1)) {
            all.add(Choice.of(HookStage.class, "stages", each.strip()));
        }
        return all;
    }
}
