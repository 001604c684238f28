package org.qpsmtpd.console.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.console.text.Table;

/** {@code help}. */
final class HelpCommand implements Command {
    private final List<Command> commands;

    HelpCommand(List<Command> others) {
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
        call.answer(
                commands.stream().map(HelpCommand::entry).toList(),
                table.text() + "\nEach takes --json and --help.\n");
    }

    private static Map<String, String> entry(Command command) {
        Usage usage = command.usage();
        return Map.of(
                "name", usage.name(), "synopsis", usage.synopsis(), "summary", usage.summary());
    }

    private Command named(String name) {
        return commands.stream()
                .filter(each -> each.usage().name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                CommandFailure.usage(
                                        "no command '" + name + "'" + Nearest.hint(name, names())));
    }

    private List<String> names() {
        return commands.stream().map(each -> each.usage().name()).toList();
    }

    @Override
    public List<String> candidates(Hints hints) {
        return names();
    }
}
