package org.qpsmtpd.mailauth.spf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was read. Immutable, and good for all checks.
 *
 * @param directives in order
 * @param redirect the domain that is asked when none of them matches
 * @param explanation where the text is for those who may not send
 * @param fault what is wrong with the record; empty when nothing is, else there is only this
 */
record SpfRecord(
        List<Directive> directives,
        @Nullable MacroText redirect,
        @Nullable MacroText explanation,
        String fault) {
    static final String VERSION = "v=spf1";

    /** Whether a text is such a record, good or bad (RFC 7208, 4.5). */
    static boolean isRecord(String text) {
        int end = VERSION.length();
        return text.regionMatches(true, 0, VERSION, 0, end)
                && (text.length() == end || text.charAt(end) == ' ');
    }
}
