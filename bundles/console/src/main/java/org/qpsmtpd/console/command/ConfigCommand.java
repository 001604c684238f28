package org.qpsmtpd.console.command;

import static org.qpsmtpd.console.text.Table.left;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.console.text.Table;

/** {@code config}. */
final class ConfigCommand implements Command {
    private static final int MOST_CANDIDATES = 200;

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "config",
                "NAME",
                1,
                1,
                "Shows the lines of a configuration file as the server knows them, and where each"
                        + " comes from.");
    }

    @Override
    public void run(Call call) {
        String name = call.operands().get(0);
        List<ConfigLine> lines = lines(call, name);
        call.answer(lines, lines.isEmpty() ? name + " has no lines.\n" : text(lines));
    }

    private static List<ConfigLine> lines(Call call, String name) {
        try {
            return call.server().config(name);
        } catch (UncheckedIOException e) {
            throw CommandFailure.failed(name + " cannot be read: " + e.getMessage());
        }
    }

    private static String text(List<ConfigLine> lines) {
        Table table = new Table(left("LINE"), left("FROM"));
        lines.forEach(line -> table.row(line.text(), line.place()));
        return table.text();
    }

    @Override
    public List<String> candidates(Hints hints) {
        return hints.config().map(ConfigCommand::files).orElse(List.of());
    }

    private static List<String> files(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isRegularFile)
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .limit(MOST_CANDIDATES)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
