package org.qpsmtpd.itest.process;

import java.util.List;
import java.util.stream.IntStream;

/** The stack traces in a log, which no administrator should meet. */
final class Traces {
    /** What stands before a trace: the line that was logged, and the exception. */
    private static final int BEFORE = 3;

    private static final int AFTER = 25;

    private Traces() {}

    /** The first trace with what is said before it; empty when there is none. */
    static String first(String log) {
        List<String> lines = log.lines().toList();
        return IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).contains("\tat "))
                .mapToObj(line -> around(lines, line))
                .findFirst()
                .orElse("");
    }

    private static String around(List<String> lines, int line) {
        int from = Math.max(0, line - BEFORE);
        int to = Math.min(lines.size(), line + AFTER);
        return String.join("\n", lines.subList(from, to));
    }
}
