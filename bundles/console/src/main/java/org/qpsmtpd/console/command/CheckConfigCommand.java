package org.qpsmtpd.console.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code check-config}. */
final class CheckConfigCommand implements Command {
    private static final int MOST_CANDIDATES = 200;

    @Override
    public Usage usage() {
        return Usage.ofServer(
                "check-config",
                "DIR",
                1,
                1,
                "Checks a configuration directory against the plugins that are installed; the"
                        + " running server is not touched.");
    }

    @Override
    public void run(Call call) {
        Path directory = directory(call);
        List<String> problems = call.server().checkConfig(directory);
        String found =
                problems.isEmpty()
                        ? "No problem found in " + directory + ".\n"
                        : ReloadCommand.lines(problems);
        List<String> elsewhere = call.server().takenFromElsewhere(directory);
        call.answer(problems, elsewhere.isEmpty() ? found : found + ReloadCommand.lines(elsewhere));
        if (!problems.isEmpty()) {
            throw CommandFailure.failed(
                    Words.count(problems.size(), "problem") + " found in " + directory);
        }
    }

    private static Path directory(Call call) {
        String name = call.operands().get(0);
        try {
            Path directory = call.directory().resolve(name).normalize();
            if (!Files.isDirectory(directory)) {
                throw CommandFailure.failed(
                        directory + " is no directory, or the server may not look into it");
            }
            return directory;
        } catch (InvalidPathException e) {
            throw CommandFailure.usage("'" + name + "' is no path");
        }
    }

    /** The directories in the directory that the word names so far. */
    @Override
    public List<String> candidates(Hints hints) {
        String parent = hints.word().substring(0, hints.word().lastIndexOf('/') + 1);
        try (Stream<Path> entries = Files.list(hints.directory().resolve(parent))) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> parent + entry.getFileName() + "/")
                    .filter(name -> name.startsWith(hints.word()))
                    .limit(MOST_CANDIDATES)
                    .sorted()
                    .toList();
        } catch (IOException | InvalidPathException e) {
            return List.of();
        }
    }
}
