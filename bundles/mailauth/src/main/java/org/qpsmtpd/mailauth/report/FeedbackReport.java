package org.qpsmtpd.mailauth.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A report in the abuse reporting format (RFC 5965, 6591), as it was read.
 *
 * @param fields of the report by their names in lower case, unfolded
 * @param message what is reported: a message, or its header; empty when neither is there
 * @param isWhole whether it is a message
 */
public record FeedbackReport(Map<String, List<String>> fields, String message, boolean isWhole) {
    private static final List<String> MONTHS =
            List.of(
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");
    private static final Pattern DATE =
            Pattern.compile(
                    "(?:[a-z]{3},\\s*)?(\\d{1,2})\\s+([a-z]{3})\\s+(\\d{4})\\s+(\\d{2}):(\\d{2})"
                            + "(?::(\\d{2}))?\\s+([+-]\\d{4}|[a-z]{1,3})\\b.*");

    /** Hours of the zones that RFC 5322 section 4.3 names. */
    private static final Map<String, Integer> ZONES =
            Map.of(
                    "edt", -4, "est", -5, "cdt", -5, "cst", -6, "mdt", -6, "mst", -7, "pdt", -7,
                    "pst", -8);

    /** Copies the map. */
    public FeedbackReport {
        fields = Map.copyOf(fields);
    }

    /** The values of a field, in order. */
    public List<String> all(String name) {
        return fields.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** The first value of a field; empty when there is none. */
    public String first(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /** What it is about: {@code abuse}, {@code auth-failure} and the like, in lower case. */
    public String type() {
        return first("Feedback-Type").toLowerCase(Locale.ROOT);
    }

    /** How many incidents it is about; one unless it says so. */
    public long incidents() {
        String digits = first("Incidents");
        return digits.matches("[0-9]{1,9}") ? Long.parseLong(digits) : 1;
    }

    /** When the message came; absent when that cannot be read. */
    public Optional<Instant> arrival() {
        String text = first("Arrival-Date");
        String date = text.isEmpty() ? first("Received-Date") : text;
        Matcher parts = DATE.matcher(date.toLowerCase(Locale.ROOT).strip());
        try {
            return parts.matches() ? Optional.of(instant(parts)) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Instant instant(Matcher parts) {
        LocalDateTime time =
                LocalDateTime.of(
                        Integer.parseInt(parts.group(3)),
                        MONTHS.indexOf(parts.group(2)) + 1,
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(4)),
                        Integer.parseInt(parts.group(5)),
                        parts.group(6) == null ? 0 : Integer.parseInt(parts.group(6)));
        return time.toInstant(zone(parts.group(7)));
    }

    private static ZoneOffset zone(String text) {
        return text.matches("[+-].*")
                ? ZoneOffset.of(text)
                : ZoneOffset.ofHours(ZONES.getOrDefault(text, 0));
    }
}
