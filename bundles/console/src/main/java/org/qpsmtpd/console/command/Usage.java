package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.console.text.Table;

/**
 * How a command is used.
 *
 * @param name its name
 * @param operands what follows it besides options, as in {@code [HOOK]}; empty for nothing
 * @param least how many operands it needs
 * @param most how many it takes
 * @param summary what it does, in a sentence
 * @param options its options
 * @param forms what may follow the name, a line each: the words, two blanks or more, and what they
 *     do; empty for a command of the console's own, which has one form
 */
public record Usage(
        String name,
        String operands,
        int least,
        int most,
        String summary,
        List<Option> options,
        List<String> forms) {
    /** As many operands as one likes. */
    public static final int ANY = Integer.MAX_VALUE;

    /** Copies the lists. */
    public Usage {
        options = List.copyOf(options);
        forms = List.copyOf(forms);
    }

    /** A command that asks a server. */
    public static Usage ofServer(
            String name, String operands, int least, int most, String summary, Option... more) {
        List<Option> options = new ArrayList<>(List.of(more));
        options.addAll(List.of(Option.SERVER, Option.JSON, Option.HELP));
        return new Usage(name, operands, least, most, summary, options, List.of());
    }

    /** A command that asks no server. */
    public static Usage of(String name, String operands, int most, String summary) {
        return new Usage(
                name, operands, 0, most, summary, List.of(Option.JSON, Option.HELP), List.of());
    }

    /** A command that a plugin or a service brings; all words but our own options are for that. */
    static Usage ofBrought(String name, List<String> forms) {
        return new Usage(name, "", 0, ANY, "", List.of(Option.SERVER, Option.HELP), forms);
    }

    /** Whether words that are no option of ours are the command's own, dashes or not. */
    boolean takesAnyWord() {
        return !options.contains(Option.JSON);
    }

    /** Name and operands. */
    public String synopsis() {
        return operands.isEmpty() ? name : name + " " + operands;
    }

    /** The help text. */
    public String text() {
        Table table = Table.ofPairs();
        options.forEach(option -> table.row(option.spelled(), option.meaning()));
        String text = summary.isEmpty() ? shownForms() : summary + "\n";
        return "usage: " + synopsis() + " [options]\n" + text + "\n" + table.text("  ");
    }

    private String shownForms() {
        Table table = Table.ofPairs();
        addForms(table);
        return table.text("  ");
    }

    /** Adds a row for each form, the words with the name before them. */
    void addForms(Table table) {
        for (String form : forms) {
            String[] parts = form.stripTrailing().split("\\s{2,}", 2);
            table.row((name + " " + parts[0]).strip(), parts.length > 1 ? parts[1] : "");
        }
    }
}
