package org.qpsmtpd.itest;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reply of the server.
 *
 * @param code three digits
 * @param lines the text of each line after the code, enhanced code included
 */
public record SmtpReply(int code, List<String> lines) {
    private static final Pattern ENHANCED = Pattern.compile("([245]\\.\\d{1,3}\\.\\d{1,3}) (.*)");

    /** Copies the lines. */
    public SmtpReply {
        lines = List.copyOf(lines);
    }

    /** The enhanced code at the start of the first line; empty when there is none. */
    public String enhanced() {
        Matcher matcher = ENHANCED.matcher(lines.get(0));
        return matcher.matches() ? matcher.group(1) : "";
    }

    /** The text of all lines without enhanced codes, joined by LF. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            Matcher matcher = ENHANCED.matcher(line);
            text.append(text.isEmpty() ? "" : "\n");
            text.append(matcher.matches() ? matcher.group(2) : line);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            shown.append(i == 0 ? "" : "\n");
            shown.append(code).append(i == lines.size() - 1 ? " " : "-").append(lines.get(i));
        }
        return shown.toString();
    }
}
