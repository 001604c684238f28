package org.qpsmtpd.plugin.queue.qmailqueue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The program that takes the messages. */
final class QueueProgram {
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
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(name + " '" + path + "' is not an absolute path");
        }
        return new QueueProgram(Path.of(path));
    }

    /**
     * Starts it with this environment and no other.
     *
     * @throws IOException when it is not there or cannot be executed; the message names it
     */
    Process start(Path envelope, Map<String, String> environment) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + ": there is no such file");
        }
        if (!Files.isExecutable(path)) {
            throw new IOException(path + ": the server's user may not execute it");
        }
        ProcessBuilder command =
                new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        BECOME_PROGRAM,
                        path.toString(),
                        envelope.toAbsolutePath().toString());
        command.environment().clear();
        command.environment().putAll(environment);
        return command.start();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
