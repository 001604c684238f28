package org.qpsmtpd.plugin.logging.json;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;

/**
 * Builds an object of JSON (RFC 8259) in one line, in the order of the calls. What is no printable
 * character is escaped, so that neither a terminal nor a program takes it for more than text.
 */
final class JsonLine {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

    private final StringBuilder text = new StringBuilder(300);

    JsonLine(String type, Instant time) {
        text.append('{');
        member("type", type);
        member("time", TIME.format(time));
    }

    /** Adds a text, unless it is empty. */
    JsonLine with(String key, String value) {
        if (!value.isEmpty()) {
            member(key, value);
        }
        return this;
    }

    /** Adds a text that may be empty. */
    JsonLine always(String key, String value) {
        member(key, value);
        return this;
    }

    JsonLine with(String key, long value) {
        key(key);
        text.append(value);
        return this;
    }

    JsonLine with(String key, List<String> values) {
        key(key);
        text.append('[');
        for (int i = 0; i < values.size(); i++) {
            text.append(i == 0 ? "" : ",");
            quote(values.get(i));
        }
        text.append(']');
        return this;
    }

    /** The line with its end. */
    String end() {
        return text.append("}\n").toString();
    }

    private void member(String key, String value) {
        key(key);
        quote(value);
    }

    private void key(String key) {
        text.append(text.length() == 1 ? "" : ",");
        quote(key);
        text.append(':');
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(c)
                            && i + 1 < value.length()
                            && Character.isLowSurrogate(value.charAt(i + 1));
            if (pair) {
                text.append(c).append(value.charAt(++i));
            } else {
                append(c);
            }
        }
        text.append('"');
    }

    private void append(char c) {
        if (c == '"' || c == '\\') {
            text.append('\\').append(c);
        } else if (isPlain(c)) {
            text.append(c);
        } else {
            text.append(String.format("\\u%04x", (int) c));
        }
    }

    /** Not controls, half a character, ends of lines, nor marks that reorder what is shown. */
    private static boolean isPlain(char c) {
        int type = Character.getType(c);
        return type != Character.CONTROL
                && type != Character.SURROGATE
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
