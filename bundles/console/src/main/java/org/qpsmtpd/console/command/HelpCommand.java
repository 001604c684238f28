package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qpsmtpd.console.text.Table;

/** {@code help}. */
final class HelpCommand implements Command {
    private final List<Command> commands;
    private final Supplier<SortedMap<String, String>> foreign;
    private final Brought brought;

    /**
     * @param foreign Gogo's functions in bundles of plugins: names, and a sentence about each
     * @param brought the commands that plugins and services bring
     */
    HelpCommand(
            List<Command> others, Supplier<SortedMap<String, String>> foreign, Brought brought) {
        this.foreign = foreign;
        this.brought = brought;
        commands = new ArrayList<>(others);
        commands.add(this);
    }

    @Override
    public Usage usage() {
        return Usage.of("help", "[COMMAND]", 1, "Tells which commands there are, or about one.");
    }

    @Override
    public void run(Call call) {
        if (call.operand().isPresent()) {
            Usage usage = named(call.operand().get()).usage();
            call.answer(usage, usage.text());
            return;
        }
        Table table = Table.ofPairs();
        commands.forEach(each -> table.row(each.usage().synopsis(), each.usage().summary()));
        Table others = Table.ofPairs();
        List<Map<String, String>> entries =
                new ArrayList<>(commands.stream().map(HelpCommand::entry).toList());
        for (String name : brought.names()) {
            BroughtCommand.of(name, brought)
                    .map(Command::usage)
                    .ifPresent(
                            usage -> {
                                usage.addForms(others);
                                entries.add(entry(name, name, String.join("; ", usage.forms())));
                            });
        }
        foreign.get()
                .forEach(
                        (name, summary) -> {
                            others.row(name, summary);
                            entries.add(entry(name, name, summary));
                        });
        String end = "\nEach takes --json and --help.\n";
        String more = others.isEmpty() ? "" : "\nOf plugins:\n" + others.text();
        call.answer(entries, table.text() + end + more);
    }

    private static Map<String, String> entry(Command command) {
        Usage usage = command.usage();
        return entry(usage.name(), usage.synopsis(), usage.summary());
    }

    private static Map<String, String> entry(String name, String synopsis, String summary) {
        return Map.of("name", name, "synopsis", synopsis, "summary", summary);
    }

    private Command named(String name) {
        return commands.stream()
                .filter(each -> each.usage().name().equals(name))
                .findFirst()
                .or(() -> BroughtCommand.of(name, brought))
                .orElseThrow(
                        () ->
                                CommandFailure.usage(
                                        "no command '" + name + "'" + Nearest.hint(name, names())));
    }

    private List<String> names() {
        return Stream.concat(
                        commands.stream().map(each -> each.usage().name()),
                        brought.names().stream())
                .toList();
    }

    @Override
    public List<String> candidates(Hints hints) {
        return names();
    }
}
