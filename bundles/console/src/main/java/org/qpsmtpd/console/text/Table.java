package org.qpsmtpd.console.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows with columns as wide as what is in them. */
public final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * A column.
     *
     * @param heading empty for none; a table without any has no line of headings
     * @param right whether it is aligned to the right, as numbers are
     */
    public record Column(String heading, boolean right) {}

    /** A table with these columns. */
    public Table(Column... columns) {
        this.columns = List.of(columns);
    }

    /** A column of text. */
    public static Column left(String heading) {
        return new Column(heading, false);
    }

    /** A column of numbers. */
    public static Column right(String heading) {
        return new Column(heading, true);
    }

    /** Two columns without headings: what, and how it is. */
    public static Table ofPairs() {
        return new Table(left(""), left(""));
    }

    /** Adds a row; what is no visible character is escaped. */
    public Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.stream(cells).map(cell -> Printable.of(cell.toString())).toList());
        return this;
    }

    /** Whether no row was added. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines, each with its line end, and with this text before each. */
    public String text(String indent) {
        List<List<String>> lines = new ArrayList<>();
        if (columns.stream().anyMatch(column -> !column.heading().isEmpty())) {
            lines.add(columns.stream().map(Column::heading).toList());
        }
        lines.addAll(rows);
        int[] widths = widths(lines);
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append((indent + line(line, widths)).stripTrailing() + "\n"));
        return text.toString();
    }

    /** The lines, each with its line end. */
    public String text() {
        return text("");
    }

    private int[] widths(List<List<String>> lines) {
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        }
        return widths;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            String padding = " ".repeat(widths[i] - width(cell));
            line.append(i == 0 ? "" : GAP);
            line.append(columns.get(i).right() ? padding + cell : cell + padding);
        }
        return line.toString();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
