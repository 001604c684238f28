package org.qpsmtpd.itest.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of differences: rows below headings that say what differs, with the reason. */
final class Differences {
    private static final String HEADER = "| dialogue | differs from | Debian's | ours |";
    private static final String LINE = "| --- | --- | --- | --- |";

    private final Map<String, String> rows = new LinkedHashMap<>();

    private Differences() {}

    /** Reads the table. A row stands below a heading and at least one line of reason. */
    static Differences read(Path file) throws IOException {
        Differences read = new Differences();
        boolean reason = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("#")) {
                reason = false;
            } else if (!line.startsWith("|")) {
                reason |= !line.isBlank();
            } else if (!line.equals(HEADER) && !line.equals(LINE)) {
                read.take(line, reason);
            }
        }
        return read;
    }

    private void take(String row, boolean reason) throws IOException {
        if (!reason) {
            throw new IOException("no reason above the row: " + row);
        }
        if (rows.put(row.split(" *\\| *", -1)[1], row) != null) {
            throw new IOException("a second row of the same dialogue: " + row);
        }
    }

    /** The row of a dialogue; null when it has none. */
    @Nullable String row(Dialogue dialogue) {
        return rows.get(dialogue.name());
    }

    /** The names of all dialogues with a row. */
    Iterable<String> names() {
        return rows.keySet();
    }

    /** The row that these answers need; null for none. */
    static @Nullable String needed(Dialogue dialogue, Answers theirs, Answers ours) {
        if (theirs.codes().equals(ours.codes())) {
            return null;
        }
        String step = theirs.parting(ours).replace("|", "\\|");
        String shown = step.length() > 60 ? step.substring(0, 57) + "..." : step;
        return "| %s | `%s` | %s | %s |"
                .formatted(dialogue.name(), shown, theirs.line(), ours.line());
    }
}
