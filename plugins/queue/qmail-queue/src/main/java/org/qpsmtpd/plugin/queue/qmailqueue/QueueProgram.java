package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.program.ProgramRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program that takes the messages. */
final class QueueProgram {
    private static final Logger LOG = LoggerFactory.getLogger(QueueProgram.class);

    private static final int MAX_OUTPUT = 1024;

    /**
     * Becomes the program, {@code $0}. Its descriptor 6 is what was 1, a pipe that we read; its 1
     * is the envelope, {@code $1}. Nothing of a message is in it or in its words.
     */
    private static final String BECOME_PROGRAM = "exec \"$0\" 6>&1 1<\"$1\"";

    private final Path path;

    private QueueProgram(Path path) {
        this.path = path;
    }

    /**
     * The program of the variable {@code QMAILQUEUE}, else of the setting, else qmail's.
     *
     * @throws IllegalArgumentException for a path that is not absolute
     */
    static QueueProgram chosen(String setting, Map<String, String> environment) {
        String variable = environment.getOrDefault("QMAILQUEUE", "");
        if (!variable.isEmpty()) {
            return of(variable, "the environment's QMAILQUEUE");
        }
        if (!setting.isEmpty()) {
            return of(setting, "program");
        }
        String home = environment.getOrDefault("QMAIL", "");
        return of((home.isEmpty() ? "/var/qmail" : home) + "/bin/qmail-queue", "QMAIL's program");
    }

    private static QueueProgram of(String path, String name) {
        return new QueueProgram(Program.path(name, path));
    }

    /**
     * Starts it with this environment and no other.
     *
     * @param envelope what it reads from its descriptor 1; emptied before it is killed
     * @param limit how long it may run
     * @throws IOException when it is not there or cannot be executed; the message names it
     */
    ProgramRun start(Path envelope, Map<String, String> environment, Duration limit)
            throws IOException {
        Program.requireExecutable(path);
        List<String> command =
                List.of(
                        "/bin/sh",
                        "-c",
                        BECOME_PROGRAM,
                        path.toString(),
                        envelope.toAbsolutePath().toString());
        return new Program(command, environment, limit, MAX_OUTPUT).start(() -> withdraw(envelope));
    }

    private static void withdraw(Path envelope) {
        try {
            Envelope.withdraw(envelope);
        } catch (IOException e) {
            LOG.error("{} cannot be emptied: {}", envelope, e.toString());
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
