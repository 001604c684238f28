package org.qpsmtpd.runtime.felix.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Commands from a terminal: with history and completion. */
final class Typed {
    private static final String PROMPT = "qpsmtpd> ";
    private static final String HISTORY = ".qpsmtpd-console-history";

    private final ConsoleConnection connection;

    private Typed(ConsoleConnection connection) {
        this.connection = connection;
    }

    /** Runs what is typed until it is {@code exit} or Ctrl-D. Ctrl-C ends what runs. */
    static int run(ConsoleConnection connection) throws IOException {
        Typed typed = new Typed(connection);
        TerminalBuilder builder =
                TerminalBuilder.builder().name("qpsmtpd-console").nativeSignals(true);
        try (Terminal terminal = builder.build()) {
            terminal.handle(Terminal.Signal.INT, signal -> typed.interrupt());
            typed.read(typed.reader(terminal));
        } catch (UncheckedIOException e) {
            throw e.getCause() == null ? new IOException(e) : e.getCause();
        }
        return 0;
    }

    private LineReader reader(Terminal terminal) {
        return LineReaderBuilder.builder()
                .appName("qpsmtpd-console")
                .terminal(terminal)
                .completer((reader, line, candidates) -> complete(line, candidates))
                .variable(
                        LineReader.HISTORY_FILE, Path.of(System.getProperty("user.home"), HISTORY))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    private void read(LineReader reader) throws IOException {
        String line = next(reader);
        while (!Lines.isLeave(line)) {
            if (!line.isEmpty()) {
                connection.run(line);
            }
            line = next(reader);
        }
    }

    /** The next line; an empty one after Ctrl-C, and the wish to leave after Ctrl-D. */
    private static String next(LineReader reader) {
        try {
            return reader.readLine(PROMPT).strip();
        } catch (UserInterruptException e) {
            return "";
        } catch (EndOfFileException e) {
            return "exit";
        }
    }

    private void interrupt() {
        try {
            connection.interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void complete(ParsedLine line, List<Candidate> candidates) {
        try {
            for (String word : connection.complete(line.line(), line.cursor())) {
                // A directory may be continued, so no space follows it.
                boolean complete = !word.endsWith("/");
                candidates.add(new Candidate(word, word, null, null, null, null, complete));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
