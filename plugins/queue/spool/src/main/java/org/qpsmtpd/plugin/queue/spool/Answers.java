package org.qpsmtpd.plugin.queue.spool;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.qpsmtpd.smtpclient.HopAnswer;

/**
 * What the next hop said of some recipients.
 *
 * @param all by number
 * @param at when
 */
record Answers(Map<Integer, HopAnswer> all, Instant at) {
    /** Those who have it. */
    Map<Integer, Said> done() {
        return those(HopAnswer::isPositive);
    }

    /** Those who have it, of whom the next hop will tell nothing. */
    Map<Integer, Said> untold() {
        return those(answer -> answer.isPositive() && !answer.offers().contains("DSN"));
    }

    /** Those who will never have it. */
    Map<Integer, Said> refused() {
        return those(HopAnswer::isPermanent);
    }

    /** Those who have to be tried again. */
    Map<Integer, Said> putOff() {
        return those(answer -> !answer.isPositive() && !answer.isPermanent());
    }

    /** Whether it has taken some, and wants others in a message of their own. */
    boolean areTooMany() {
        return !done().isEmpty()
                && all.values().stream()
                        .anyMatch(a -> a.code() == 452 && a.status().endsWith(".5.3"));
    }

    private Map<Integer, Said> those(Predicate<HopAnswer> wanted) {
        Map<Integer, Said> those = new TreeMap<>();
        all.forEach(
                (number, answer) -> {
                    if (wanted.test(answer)) {
                        those.put(number, Said.of(answer, at));
                    }
                });
        return those;
    }
}
