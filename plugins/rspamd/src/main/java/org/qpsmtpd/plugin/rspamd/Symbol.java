package org.qpsmtpd.plugin.rspamd;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.qpsmtpd.http.Json;

/**
 * A rule of rspamd that met.
 *
 * @param name letters, digits and some signs
 * @param score what it adds
 */
record Symbol(String name, double score) {
    private static final int MOST = 300;

    /** The rules of an answer, those first that count most; 300 at most. */
    static List<Symbol> of(Json symbols) {
        return symbols.names().stream()
                .limit(MOST)
                .map(name -> new Symbol(name, symbols.member(name).number("score").orElse(0)))
                .filter(symbol -> symbol.name.matches("[A-Za-z0-9_.:/-]{1,100}"))
                .sorted(Comparator.comparingDouble(symbol -> -Math.abs(symbol.score)))
                .toList();
    }

    /**
     * Rules in a row.
     *
     * @param separator between two
     */
    static String list(List<Symbol> symbols, int most, String separator) {
        String shown =
                symbols.stream()
                        .limit(most)
                        .map(Symbol::toString)
                        .collect(Collectors.joining(separator));
        int more = symbols.size() - most;
        return more > 0 ? shown + separator + "and " + more + " more" : shown;
    }

    /** {@code NAME(1.50)}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s(%.2f)", name, score);
    }
}
