package org.qpsmtpd.smtpclient;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the next hop offers.
 *
 * @param offers keyword in upper case to what follows it
 */
record Extensions(Map<String, String> offers) {
    /** The next hop knows HELO only. */
    static final Extensions NONE = new Extensions(Map.of());

    Extensions {
        offers = Map.copyOf(offers);
    }

    /** Reads the reply to EHLO, whose first line is the greeting. */
    static Extensions of(HopReply ehlo) {
        Map<String, String> offers = new HashMap<>();
        for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
            String text = line.strip();
            int end = text.indexOf(' ');
            String keyword = end < 0 ? text : text.substring(0, end);
            String rest = end < 0 ? "" : text.substring(end + 1).strip();
            offers.putIfAbsent(keyword.toUpperCase(Locale.ROOT), rest);
        }
        return new Extensions(offers);
    }

    boolean has(String keyword) {
        return offers.containsKey(keyword);
    }

    /** The words after a keyword in upper case; empty when the keyword is not offered. */
    List<String> words(String keyword) {
        return List.of(offers.getOrDefault(keyword, "").toUpperCase(Locale.ROOT).split(" +"));
    }

    /**
     * A limit of RFC 9422, such as {@code RCPTMAX}; {@link Integer#MAX_VALUE} when none is named.
     */
    int limit(String name) {
        if (!has("LIMITS")) {
            return Integer.MAX_VALUE;
        }
        for (String word : words("LIMITS")) {
            String digits = word.startsWith(name + "=") ? word.substring(name.length() + 1) : "";
            if (digits.matches("0*[1-9][0-9]{0,5}")) {
                return Integer.parseInt(digits);
            }
        }
        return Integer.MAX_VALUE;
    }

    /** The same without one of them. */
    Extensions without(String keyword) {
        Map<String, String> rest = new HashMap<>(offers);
        rest.remove(keyword);
        return new Extensions(rest);
    }

    /** The fewest seconds of BY with R that the next hop takes (RFC 2852 section 3); at least 1. */
    long leastDeliverBy() {
        String least = offers.getOrDefault("DELIVERBY", "");
        return least.matches("[0-9]{1,9}") ? Math.max(1, Long.parseLong(least)) : 1;
    }

    /** Octets the next hop takes; {@link Long#MAX_VALUE} when it names no limit (RFC 1870). */
    long maxSize() {
        String limit = offers.getOrDefault("SIZE", "");
        boolean digits = !limit.isEmpty() && limit.length() <= 18;
        for (int i = 0; digits && i < limit.length(); i++) {
            digits = limit.charAt(i) >= '0' && limit.charAt(i) <= '9';
        }
        long octets = digits ? Long.parseLong(limit) : 0;
        return octets == 0 ? Long.MAX_VALUE : octets;
    }
}
