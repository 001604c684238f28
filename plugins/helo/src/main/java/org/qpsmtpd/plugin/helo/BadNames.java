package org.qpsmtpd.plugin.helo;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.ConfigView;
import org.qpsmtpd.api.net.Hosts;
import org.qpsmtpd.api.service.Patterns;

/**
 * The file {@code badhelo}. An entry with one of the characters <code>{}[]()^$|*+?\!</code> is an
 * expression, negated when it begins with {@code !}; every entry is also a name. Case does not
 * matter, nor does whether a name is in A-labels or in U-labels.
 *
 * @param names the entries as {@link Hosts#comparable} gives them
 * @param expressions those entries that are expressions
 */
record BadNames(Set<String> names, List<Predicate<String>> expressions) {
    private static final String EXPRESSION_CHARACTERS = "{}[]()^$|*+?\\!";

    /** A line of the file, maybe an expression. */
    record Entry(String name, @Nullable Predicate<String> expression) {
        /**
         * Reads a line.
         *
         * @throws IllegalArgumentException saying what is wrong with it
         */
        static Entry parse(String line, Patterns patterns) {
            boolean isExpression =
                    line.chars().anyMatch(c -> EXPRESSION_CHARACTERS.indexOf(c) >= 0);
            return new Entry(
                    Hosts.comparable(line), isExpression ? expression(line, patterns) : null);
        }

        private static Predicate<String> expression(String line, Patterns patterns) {
            boolean negated = line.startsWith("!");
            Predicate<String> regex = patterns.compile(negated ? line.substring(1) : line, true);
            return host -> negated != Hosts.anySpelling(host, regex);
        }
    }

    /** A view of the file; an expression that cannot be read is left out. */
    static ConfigView<BadNames> view(Patterns patterns) {
        return ConfigView.ofEntries(
                "badhelo", line -> Entry.parse(line.text(), patterns), BadNames::of);
    }

    private static BadNames of(List<Entry> entries) {
        return new BadNames(
                entries.stream().map(Entry::name).collect(Collectors.toUnmodifiableSet()),
                entries.stream().map(Entry::expression).filter(Objects::nonNull).toList());
    }

    boolean contains(String host) {
        return names.contains(Hosts.comparable(host))
                || expressions.stream().anyMatch(expression -> expression.test(host));
    }
}
