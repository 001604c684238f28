package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A program of the system that a test needs. Where one is missing the test is skipped; with {@code
 * CI=true} in the environment it fails.
 *
 * @param path where it is
 */
public record Program(Path path) {
    /**
     * Looks a program up in PATH and in the folders of system programs.
     *
     * @param debianPackage what to install when it is missing
     */
    public static Program find(String name, String debianPackage) {
        String folders = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/games";
        Optional<Path> found =
                Stream.of(folders.split(":"))
                        .map(folder -> Path.of(folder, name))
                        .filter(Files::isExecutable)
                        .findFirst();
        if (found.isEmpty()) {
            missing(name + " (Debian: apt-get install " + debianPackage + ")");
        }
        return new Program(found.orElseThrow());
    }

    /** Says that something is missing: ends the test as skipped, or as failed. */
    public static void missing(String what) {
        String text = "missing: " + what;
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(text);
        }
        Assumptions.abort(text);
    }

    /** What a finished program left: its exit status and its output, standard error included. */
    public record Result(int status, String output) {}

    /** Runs it to its end. */
    public Result run(String... arguments) {
        return run(List.of(arguments));
    }

    /** Runs it to its end. */
    public Result run(List<String> arguments) {
        return run(arguments, List.of());
    }

    /** Runs it to its end, with variables {@code NAME=VALUE} in its environment. */
    public Result run(List<String> arguments, List<String> environment) {
        return run(arguments, environment, Waiting.LIMIT);
    }

    /** Runs one that works longer than others to its end. */
    public Result runLong(List<String> arguments) {
        return run(arguments, List.of(), Waiting.LIMIT.multipliedBy(3));
    }

    private Result run(List<String> arguments, List<String> environment, Duration limit) {
        Process process = start(arguments, environment);
        ProcessOutput output = ProcessOutput.of(process.getInputStream());
        try {
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            assertThat(ended).as("%s must end:\n%s", path, output.text()).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        return new Result(process.exitValue(), output.awaitEnd());
    }

    /** Starts it; standard error goes where standard output goes, standard input is empty. */
    public Process start(List<String> arguments, List<String> environment) {
        List<String> command = new ArrayList<>(List.of(path.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile());
        for (String variable : environment) {
            String[] parts = variable.split("=", 2);
            builder.environment().put(parts[0], parts[1]);
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
