package org.qpsmtpd.testkit;

import java.util.List;

/**
 * What a server answered.
 *
 * @param code the three digits; 0 when the server closed the connection instead
 * @param lines the text of each line, after the code and the character behind it
 */
public record SmtpReply(int code, List<String> lines) {
    /** What is read when the server has closed. */
    public static final SmtpReply CLOSED = new SmtpReply(0, List.of());

    /** Copies the lines. */
    public SmtpReply {
        lines = List.copyOf(lines);
    }

    /** The lines, separated by LF. */
    public String text() {
        return String.join("\n", lines);
    }

    /** Whether the server closed the connection instead of answering. */
    public boolean isClosed() {
        return code == 0;
    }

    /** Code and text on one line, lines separated by {@code |}. */
    @Override
    public String toString() {
        return isClosed() ? "closed" : code + " " + String.join("|", lines);
    }
}
