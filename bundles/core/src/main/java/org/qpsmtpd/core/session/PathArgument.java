package org.qpsmtpd.core.session;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;

/**
 * Takes the argument of MAIL and RCPT apart: {@code FROM:<path> KEY=value KEY}. Parameters are
 * peeled off from the right, what is left is the path. Quoted strings of the path are not looked
 * into (RFC 5321 section 4.1.2): what stands in them is no parameter.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Command.pm}.
 */
final class PathArgument {
    private static final String SYNTAX = "Syntax error in command";

    private PathArgument() {}

    /**
     * @param argument the line after the verb
     * @param keyword {@code from} or {@code to}
     */
    static ParsedCommand parse(String argument, String keyword) {
        int length = keyword.length();
        boolean starts =
                argument.regionMatches(true, 0, keyword, 0, length)
                        && argument.length() > length
                        && argument.charAt(length) == ':';
        if (!starts) {
            return argument.isEmpty()
                    ? ParsedCommand.of("", Parameters.NONE)
                    : ParsedCommand.refused(SYNTAX);
        }
        String rest = argument.substring(length + 1).strip();
        Map<String, String> parameters = new LinkedHashMap<>();
        String last = "";
        int least = leastPath(rest);
        int end = rest.length();
        while (end > 0) {
            int blank = lastBlank(rest, end);
            String item = rest.substring(blank + 1, end);
            if (blank < least || !isParameter(item)) {
                break;
            }
            put(parameters, item);
            last = item;
            end = blank;
            while (end > 0 && isBlank(rest.charAt(end - 1))) {
                end--;
            }
        }
        String path = end == 0 ? last : rest.substring(0, end);
        return check(path, keyword, new Parameters(parameters));
    }

    private static ParsedCommand check(String path, String keyword, Parameters parameters) {
        int at = path.indexOf('@');
        if (at >= 0 && containsBlank(path, path.lastIndexOf('@'))) {
            return ParsedCommand.refused("Syntax error in parameters");
        }
        if (keyword.equals("from")) {
            return ParsedCommand.of(path.isEmpty() ? "<>" : path, parameters);
        }
        String bare = path.toLowerCase(Locale.ROOT).replace("<", "").replace(">", "");
        boolean known = bare.isEmpty() || bare.equals("postmaster") || bare.equals("abuse");
        return at < 0 && !known
                ? ParsedCommand.refused("Syntax error in address")
                : ParsedCommand.of(path, parameters);
    }

    /**
     * What is path in any case: up to the first blank, or the closing bracket of a path that has
     * them, outside of quotes. 0 when a quoted string does not end, so that nothing is one.
     */
    private static int leastPath(String text) {
        boolean bracketed = text.startsWith("<");
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (bracketed ? c == '>' : isBlank(c))) {
                return i;
            }
        }
        return 0;
    }

    private static void put(Map<String, String> parameters, String item) {
        int equals = item.indexOf('=');
        String key = equals < 0 ? item : item.substring(0, equals);
        // Peeled from the right: the first of several wins in the end.
        parameters.put(key.toLowerCase(Locale.ROOT), equals < 0 ? "" : item.substring(equals + 1));
    }

    private static boolean isParameter(String item) {
        int equals = item.indexOf('=');
        String key = equals < 0 ? item : item.substring(0, equals);
        if (key.isEmpty() || key.charAt(0) == '-') {
            return false;
        }
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean good =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-';
            if (!good) {
                return false;
            }
        }
        return equals < 0 || isValue(item, equals + 1);
    }

    private static boolean isValue(String item, int from) {
        for (int i = from; i < item.length(); i++) {
            char c = item.charAt(i);
            if (c == '=' || c <= 32 || c == 127) {
                return false;
            }
        }
        return from < item.length();
    }

    private static int lastBlank(String text, int end) {
        int i = end - 1;
        while (i >= 0 && !isBlank(text.charAt(i))) {
            i--;
        }
        return i;
    }

    private static boolean containsBlank(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (isBlank(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
