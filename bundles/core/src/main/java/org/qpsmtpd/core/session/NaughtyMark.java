package org.qpsmtpd.core.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.session.Naughty;

/** The refusals of a connection that plugins left for later. */
final class NaughtyMark {
    /** Words beyond are left out. */
    private static final int MOST_TEXT = 8 * 1024;

    private @Nullable Naughty mark;

    Optional<Naughty> get() {
        return Optional.ofNullable(mark);
    }

    void clear() {
        mark = null;
    }

    void add(String plugin, Action type, String text) {
        String line = "(" + plugin + ") " + text;
        Naughty before = mark;
        if (before == null) {
            mark = new Naughty(line, type);
        } else if (before.text().length() + line.length() <= MOST_TEXT) {
            mark = new Naughty(before.text() + "\n" + line, before.type());
        }
    }

    /** How many characters it has. */
    int length() {
        return get().map(known -> known.text().length()).orElse(0);
    }
}
