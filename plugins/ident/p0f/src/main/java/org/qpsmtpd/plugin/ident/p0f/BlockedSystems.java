package org.qpsmtpd.plugin.ident.p0f;

import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.service.Patterns;

import java.util.List;
import java.util.function.Predicate;

/** The lines of the file {@code p0f_blocked_operating_systems}. */
final class BlockedSystems {
    static final String FILE = "p0f_blocked_operating_systems";

    private BlockedSystems() {}

    static ConfigView<List<Predicate<String>>> view(Patterns patterns) {
        return ConfigView.ofEntries(FILE, line -> parse(line.text(), patterns));
    }

    /**
     * Reads a line: a regular expression between slashes for any letter case, or the whole name of
     * a system.
     *
     * @throws IllegalArgumentException saying what is wrong with the expression
     */
    static Predicate<String> parse(String line, Patterns patterns) {
        boolean expression = line.length() > 2 && line.startsWith("/") && line.endsWith("/");
        return expression
                ? patterns.compile(line.substring(1, line.length() - 1), true)
                : line::equals;
    }
}
