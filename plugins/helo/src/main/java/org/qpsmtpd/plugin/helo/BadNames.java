package org.qpsmtpd.plugin.helo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.service.Patterns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code badhelo}. An entry with one of the characters <code>{}[]()^$|*+?\!</code> is an
 * expression, negated when it begins with {@code !}; every entry is also a name. Case does not
 * matter.
 *
 * @param names the entries, lower case
 * @param expressions those entries that are expressions
 */
record BadNames(Set<String> names, List<Predicate<String>> expressions) {
    private static final Logger LOG = LoggerFactory.getLogger(BadNames.class);
    private static final String EXPRESSION_CHARACTERS = "{}[]()^$|*+?\\!";

    /** Reads the file; an expression that cannot be read is logged and left out. */
    static BadNames parse(List<ConfigLine> lines, Patterns patterns) {
        Set<String> names = new HashSet<>();
        List<Predicate<String>> expressions = new ArrayList<>();
        for (ConfigLine line : lines) {
            names.add(line.text().toLowerCase(Locale.ROOT));
            if (!isExpression(line.text())) {
                continue;
            }
            try {
                expressions.add(expression(line.text(), patterns));
            } catch (IllegalArgumentException e) {
                LOG.warn("{}: '{}' is left out: {}", line.place(), line.text(), e.getMessage());
            }
        }
        return new BadNames(Set.copyOf(names), List.copyOf(expressions));
    }

    boolean contains(String host) {
        return names.contains(host.toLowerCase(Locale.ROOT))
                || expressions.stream().anyMatch(expression -> expression.test(host));
    }

    private static boolean isExpression(String entry) {
        return entry.chars().anyMatch(c -> EXPRESSION_CHARACTERS.indexOf(c) >= 0);
    }

    private static Predicate<String> expression(String entry, Patterns patterns) {
        return entry.startsWith("!")
                ? patterns.compile(entry.substring(1), true).negate()
                : patterns.compile(entry, true);
    }
}
