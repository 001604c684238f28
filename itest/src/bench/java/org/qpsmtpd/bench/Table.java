package org.qpsmtpd.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under a head, in columns as wide as their widest cell. */
final class Table {
    private final String title;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String title, List<String> head) {
        this.title = title;
        rows.add(head);
    }

    void row(String... cells) {
        rows.add(Arrays.asList(cells));
    }

    void print(PrintStream out) {
        out.println();
        out.println(title);
        out.println();
        printRow(out, rows.get(0));
        List<String> rule = new ArrayList<>();
        for (int column = 0; column < rows.get(0).size(); column++) {
            rule.add("-".repeat(width(column)));
        }
        printRow(out, rule);
        rows.subList(1, rows.size()).forEach(row -> printRow(out, row));
    }

    private void printRow(PrintStream out, List<String> row) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            line.append(' ').append(cell);
            line.append(" ".repeat(width(column) - cell.length())).append(" |");
        }
        out.println(line);
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
