package org.qpsmtpd.api.mail;

import java.util.ArrayList;
import java.util.List;

/**
 * What one method of authentication says of a message or its client, as a field
 * Authentication-Results holds it. Whatever a value is, its text keeps to the grammar.
 *
 * <pre>{@code
 * AuthenticationResult.of("spf", "pass").with("smtp", "mailfrom", "example.org")
 * }</pre>
 *
 * <p>Source: RFC 8601 section 2.2.
 *
 * @param method such as {@code spf}: letters, digits and {@code -}
 * @param result such as {@code pass}: letters, digits and {@code -}
 * @param comment for whoever reads it; empty without
 * @param reason why the result is what it is; empty without
 * @param properties what was looked at, in order
 */
public record AuthenticationResult(
        String method, String result, String comment, String reason, List<Property> properties) {
    private static final int MOST_TEXT = 256;

    /**
     * What a method looked at.
     *
     * @param type where it comes from: {@code smtp}, {@code header}, {@code body} or {@code policy}
     * @param name such as {@code mailfrom}: letters, digits and {@code -}
     * @param value as found; at most 256 characters are kept
     */
    public record Property(String type, String name, String value) {
        /** Checks the words and keeps the beginning of the value. */
        public Property {
            requireWord(type);
            requireWord(name);
            value = cut(value);
        }

        @Override
        public String toString() {
            return type + "." + name + "=" + (isPlain(value) ? value : quoted(value));
        }
    }

    /**
     * Checks the words and keeps the beginning of long texts.
     *
     * @throws IllegalArgumentException for a word with other characters
     */
    public AuthenticationResult {
        requireWord(method);
        requireWord(result);
        comment = cut(comment);
        reason = cut(reason);
        properties = List.copyOf(properties);
    }

    /**
     * A result and nothing else.
     *
     * @throws IllegalArgumentException for a word with other characters
     */
    public static AuthenticationResult of(String method, String result) {
        return new AuthenticationResult(method, result, "", "", List.of());
    }

    /** With a comment. */
    public AuthenticationResult commented(String text) {
        return new AuthenticationResult(method, result, text, reason, properties);
    }

    /** With why it is so; without when empty. */
    public AuthenticationResult because(String why) {
        return new AuthenticationResult(method, result, comment, why, properties);
    }

    /** With one more property; as it is when the value is empty. */
    public AuthenticationResult with(String type, String name, String value) {
        if (value.isEmpty()) {
            return this;
        }
        List<Property> more = new ArrayList<>(properties);
        more.add(new Property(type, name, value));
        return new AuthenticationResult(method, result, comment, reason, more);
    }

    /** The text in parts, between which a field may be folded. */
    public List<String> parts() {
        List<String> parts = new ArrayList<>(3 + properties.size());
        parts.add(method + "=" + result);
        if (!comment.isEmpty()) {
            parts.add("(" + escaped(comment, "()\\") + ")");
        }
        if (!reason.isEmpty()) {
            parts.add("reason=" + quoted(reason));
        }
        properties.forEach(property -> parts.add(property.toString()));
        return parts;
    }

    @Override
    public String toString() {
        return String.join(" ", parts());
    }

    private static void requireWord(String text) {
        boolean isWord =
                !text.isEmpty()
                        && text.chars()
                                .allMatch(
                                        c -> c < 127 && (Character.isLetterOrDigit(c) || c == '-'));
        if (!isWord) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no word of letters, digits and '-'");
        }
    }

    private static String cut(String text) {
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) : text;
    }

    /** Whether a value may stand as it is: a token, or a domain with a local part or none. */
    private static boolean isPlain(String value) {
        int at = value.indexOf('@');
        String domain = value.substring(at + 1);
        return at < 0
                ? isToken(value)
                : isAtoms(domain) && (at == 0 || isAtoms(value.substring(0, at)));
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> c > ' ' && c < 127 && "()<>@,;:\\\"/[]?=".indexOf(c) < 0);
    }

    /** RFC 5322 dot-atom, of what is a token as well. */
    private static boolean isAtoms(String text) {
        return isToken(text)
                && !text.startsWith(".")
                && !text.endsWith(".")
                && !text.contains("..");
    }

    private static String quoted(String text) {
        return "\"" + escaped(text, "\"\\") + "\"";
    }

    private static String escaped(String text, String specials) {
        StringBuilder safe = new StringBuilder(text.length() + 2);
        text.codePoints()
                .filter(c -> c >= ' ' && c != 127)
                .forEach(
                        c -> {
                            if (specials.indexOf(c) >= 0) {
                                safe.append('\\');
                            }
                            safe.append(c < 127 ? (char) c : '?');
                        });
        return safe.toString();
    }
}
