package org.qpsmtpd.plugin.helo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.service.Patterns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code badhelo}. An entry with one of the characters <code>{}[]()^$|*+?\!</code> is an
 * expression, negated when it begins with {@code !}; every entry is also a name. Case does not
 * matter, nor does whether a name is in A-labels or in U-labels.
 *
 * @param names the entries as {@link Hosts#comparable} gives them
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
            names.add(Hosts.comparable(line.text()));
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

    /**
     * Looks at a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static void check(String line, Patterns patterns) {
        if (isExpression(line)) {
            var unused = expression(line, patterns);
        }
    }

    boolean contains(String host) {
        return names.contains(Hosts.comparable(host))
                || expressions.stream().anyMatch(expression -> expression.test(host));
    }

    private static boolean isExpression(String entry) {
        return entry.chars().anyMatch(c -> EXPRESSION_CHARACTERS.indexOf(c) >= 0);
    }

    private static Predicate<String> expression(String entry, Patterns patterns) {
        boolean negated = entry.startsWith("!");
        Predicate<String> regex = patterns.compile(negated ? entry.substring(1) : entry, true);
        return host -> negated != Hosts.anySpelling(host, regex);
    }
}
