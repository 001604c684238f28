package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.itest.ServerUnderTest;

/** Commands of the machine that the tests need. */
public final class Shell {
    private Shell() {}

    /** Runs a command to its end, which must be a success, and returns what it wrote. */
    public static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            String text = new String(output, StandardCharsets.UTF_8);
            int status = process.waitFor();
            assertThat(status).as("%s:\n%s", String.join(" ", command), text).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /**
     * Runs Maven on a project, without the network, and without making well what lives for seconds.
     */
    static void maven(Path project, String... words) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "env",
                                "MAVEN_OPTS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                                "mvn",
                                "-o",
                                "-q",
                                "-f",
                                project.toString()));
        command.addAll(List.of(words));
        run(command.toArray(String[]::new));
    }

    /** Copies the distribution under test, without what servers that run beside are writing. */
    public static void copyDistribution(Path to) {
        run(
                "sh",
                "-c",
                "mkdir \"$2\" && cd \"$1\" && tar -cf - --exclude=./var --exclude=./log"
                        + " --exclude=./mail . | tar -xpf - -C \"$2\"",
                "sh",
                ServerUnderTest.home().toString(),
                to.toString());
    }

    /** Whether these tests run as root. */
    public static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
