package org.qpsmtpd.plugin.parseaddrwithhelo;

import java.util.Locale;
import org.qpsmtpd.api.hook.ParsedCommand;
import org.qpsmtpd.api.mail.Parameters;

/** The argument of MAIL or RCPT as RFC 821 has it: a path alone. */
enum PlainPath {
    /** {@code FROM:PATH}; without a path the null sender. */
    MAIL("from:", "MAIL FROM"),
    /** {@code TO:PATH}. */
    RCPT("to:", "RCPT TO");

    private final String keyword;
    private final String words;

    PlainPath(String keyword, String words) {
        this.keyword = keyword;
        this.words = words;
    }

    ParsedCommand parse(String argument) {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return ParsedCommand.refused("Syntax error in command");
        }
        String path = argument.substring(keyword.length()).strip();
        int end = end(path);
        if (end < path.length()) {
            return ParsedCommand.refused("No parameters allowed in " + this);
        }
        if (path.isEmpty() && this == MAIL) {
            return ParsedCommand.of("<>", Parameters.NONE);
        }
        return isPath(path)
                ? ParsedCommand.of(path, Parameters.NONE)
                : ParsedCommand.refused("Could not parse your " + words + " command");
    }

    private boolean isPath(String path) {
        if (path.startsWith("<")) {
            return path.endsWith(">");
        }
        return path.indexOf('@') >= 0 || (this == RCPT && isRole(path));
    }

    private static boolean isRole(String path) {
        return switch (path.toLowerCase(Locale.ROOT)) {
            case "postmaster", "abuse" -> true;
            default -> false;
        };
    }

    /**
     * Where the path ends: behind its closing bracket, or before a blank where it has none. Blanks
     * and brackets within quotes belong to it.
     */
    private static int end(String path) {
        boolean bracketed = path.startsWith("<");
        boolean quoted = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && bracketed && c == '>') {
                return i + 1;
            } else if (!quoted && !bracketed && (c == ' ' || c == '\t')) {
                return i;
            }
        }
        return path.length();
    }
}
