package org.qpsmtpd.plugin.uribl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/** The top-level domains, by which a host is told from other words with a dot in them. */
final class TopLevels {
    private static final Set<String> ALL = read();

    /** Second labels of countries below which others register, as in {@code co.uk}. */
    private static final Set<String> REGISTRIES =
            Set.of(
                    "ac", "asn", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv",
                    "gov", "gv", "id", "ind", "info", "ltd", "me", "mil", "ne", "net", "nhs", "nic",
                    "nom", "or", "org", "plc", "police", "sch", "school", "web");

    private TopLevels() {}

    /** Whether there is such a domain; new ones of countries are taken for granted. */
    static boolean contains(String label) {
        return (label.length() == 2 && isLetters(label)) || ALL.contains(label);
    }

    /** Whether a domain of two labels belongs to a registry and not to one of its customers. */
    static boolean isRegistry(String second, String top) {
        return top.length() == 2 && REGISTRIES.contains(second);
    }

    private static boolean isLetters(String label) {
        return label.chars().allMatch(c -> c >= 'a' && c <= 'z');
    }

    private static Set<String> read() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                TopLevels.class.getResourceAsStream("top-level-domains"),
                                StandardCharsets.US_ASCII))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
