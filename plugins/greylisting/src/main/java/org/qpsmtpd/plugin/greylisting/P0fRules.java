package org.qpsmtpd.plugin.greylisting;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.api.session.Fingerprint;

/** Which machines are greylisted by their fingerprint. */
final class P0fRules {
    private final List<Predicate<Fingerprint>> rules = new ArrayList<>();

    /**
     * @param words names and values by turns; none for all machines
     * @throws IllegalArgumentException saying what is wrong with them
     */
    P0fRules(String[] words, Patterns patterns) {
        if (words.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "p0f '" + String.join(",", words) + "' is not NAME,VALUE,NAME,VALUE");
        }
        for (int i = 0; i < words.length; i += 2) {
            rules.add(rule(words[i].strip().toLowerCase(Locale.ROOT), words[i + 1], patterns));
        }
    }

    private static Predicate<Fingerprint> rule(String name, String value, Patterns patterns) {
        switch (name) {
            case "genre" -> {
                Predicate<String> genre = patterns.compile(value, true);
                return found -> genre.test(found.genre());
            }
            case "link" -> {
                Predicate<String> link = patterns.compile(value, true);
                return found -> link.test(found.link());
            }
            case "distance" -> {
                int distance = number(value);
                return found -> found.distance() > distance;
            }
            case "uptime" -> {
                int uptime = number(value);
                return found -> found.uptimeMinutes() > 0 && found.uptimeMinutes() < uptime;
            }
            default ->
                    throw new IllegalArgumentException(
                            "p0f '" + name + "' is not one of genre, link, distance, uptime");
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("p0f '" + text + "' is not a number", e);
        }
    }

    /** Whether a machine need not wait; without a fingerprint none that rules ask for is there. */
    boolean exempts(Optional<Fingerprint> fingerprint) {
        return !rules.isEmpty()
                && fingerprint
                        .map(found -> rules.stream().noneMatch(rule -> rule.test(found)))
                        .orElse(true);
    }
}
