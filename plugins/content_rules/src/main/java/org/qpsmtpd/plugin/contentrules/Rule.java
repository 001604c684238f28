package org.qpsmtpd.plugin.contentrules;

import java.util.Locale;
import java.util.function.Predicate;
import org.qpsmtpd.api.content.RuleAction;
import org.qpsmtpd.api.content.RuleLine;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.service.Patterns;

/**
 * A line of the file {@code content_rules}: {@code header NAME PATTERN ACTION [TEXT]}, or {@code
 * PLACE PATTERN ACTION [TEXT]} for the other places.
 *
 * @param place where it looks
 * @param field the header field in lower case, {@code *} for any; empty for other places
 * @param test whether it means a text
 * @param action what it does
 * @param written where it looks and what for, as it is written
 */
record Rule(Place place, String field, Predicate<String> test, RuleAction action, String written) {
    /** Where a rule looks. */
    enum Place {
        /** The value of a field, or of any field with its name before it. */
        HEADER,
        /** What a reader sees of the text parts, HTML without its tags. */
        TEXT,
        /** HTML as it is written. */
        HTML,
        /** What follows the header, as it was sent. */
        BODY,
        /** The names of attachments. */
        NAME
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static Rule parse(String text, Patterns patterns) {
        RuleLine line = new RuleLine(text);
        Place place = Choice.of(Place.class, "place", line.word("place such as header"));
        String field =
                place == Place.HEADER
                        ? line.word("header field").toLowerCase(Locale.ROOT).replaceAll(":$", "")
                        : "";
        Predicate<String> test = line.pattern(patterns, false);
        String written = line.read();
        RuleAction action = RuleAction.parse(line);
        if (action.kind() == RuleAction.Kind.ACCEPT) {
            throw new IllegalArgumentException("'" + text + "': there is nothing to accept here");
        }
        return new Rule(place, field, test, action, written);
    }
}
