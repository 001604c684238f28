package org.qpsmtpd.api.program;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program and the words that it is given; no shell reads them. It runs as the server's user and
 * knows nothing of the server's environment. Whoever runs it waits, so not for a {@code
 * NonBlocking} plugin.
 *
 * @param command absolute path of the program, then its arguments
 * @param environment all variables that it gets
 * @param limit how long it may run; it is killed then, with its children
 * @param maxOutput how many octets are kept of what it writes to its standard output, and of what
 *     to its standard error; the rest is read and dropped
 */
public record Program(
        List<String> command, Map<String, String> environment, Duration limit, int maxOutput) {
    private static final int USUAL_OUTPUT = 64 * 1024;

    /** Copies list and map. */
    public Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * A program without any variable, of whose outputs 64 KiB are kept.
     *
     * @param limit how long it may run
     * @param command absolute path of the program, then its arguments
     */
    public static Program of(Duration limit, String... command) {
        return new Program(List.of(command), Map.of(), limit, USUAL_OUTPUT);
    }

    /**
     * Checks what an option names.
     *
     * @param option how the message calls it
     * @throws IllegalArgumentException for a path that is not absolute
     */
    public static Path path(String option, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(option + " '" + path + "' is not an absolute path");
        }
        return Path.of(path);
    }

    /**
     * Returns when the server's user can run the file.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    public static void requireExecutable(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": there is no such file");
        }
        if (!Files.isExecutable(file)) {
            throw new IOException(file + ": the server's user may not execute it");
        }
    }

    /** The same with more words. */
    public Program with(String... more) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(more));
        return new Program(words, environment, limit, maxOutput);
    }

    /** The absolute path, for messages. */
    @Override
    public String toString() {
        return command.get(0);
    }

    /**
     * Runs it with nothing to read, and waits for its end and that of its outputs.
     *
     * @throws IOException when it is not there or cannot be started; the message names it
     * @throws InterruptedException when the caller is to give up; the program is killed
     */
    public ProgramEnd run() throws IOException, InterruptedException {
        return run(new File("/dev/null"));
    }

    /**
     * The same with a file as its standard input.
     *
     * @param input a file that the server's user can read
     */
    public ProgramEnd run(Path input) throws IOException, InterruptedException {
        return run(input.toFile());
    }

    private ProgramEnd run(File input) throws IOException, InterruptedException {
        requireExecutable(Path.of(command.get(0)));
        return runOf(builder().redirectInput(input).start(), () -> {}).end();
    }

    /**
     * Starts it with a pipe as its standard input; the run must be ended.
     *
     * @param beforeKill called before it is killed, as often as that is tried
     * @throws IOException when it cannot be started
     */
    public ProgramRun start(Runnable beforeKill) throws IOException {
        return runOf(builder().start(), beforeKill);
    }

    private ProgramRun runOf(Process process, Runnable beforeKill) {
        return new ProgramRun(
                process, toString(), new ProgramRun.Limits(limit, maxOutput), beforeKill);
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.redirectOutput(Redirect.PIPE).redirectError(Redirect.PIPE);
    }
}
