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
 */
public record Usage(
        String name, String operands, int least, int most, String summary, List<Option> options) {
    /** As many operands as one likes. */
    public static final int ANY = Integer.MAX_VALUE;

    /** Copies the list. */
    public Usage {
        options = List.copyOf(options);
    }

    /** A command that asks a server. */
    public static Usage ofServer(
            String name, String operands, int least, int most, String summary, Option... more) {
        List<Option> options = new ArrayList<>(List.of(more));
        options.addAll(List.of(Option.SERVER, Option.JSON, Option.HELP));
        return new Usage(name, operands, least, most, summary, options);
    }

    /** A command that asks no server. */
    public static Usage of(String name, String operands, int most, String summary) {
        return new Usage(name, operands, 0, most, summary, List.of(Option.JSON, Option.HELP));
    }

    /** Name and operands. */
    public String synopsis() {
        return operands.isEmpty() ? name : name + " " + operands;
    }

    /** The help text. */
    public String text() {
        Table table = Table.ofPairs();
        options.forEach(option -> table.row(option.spelled(), option.meaning()));
        return "usage: " + synopsis() + " [options]\n" + summary + "\n\n" + table.text("  ");
    }
}
