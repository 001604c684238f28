package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.qpsmtpd.itest.Program;
import org.qpsmtpd.itest.Waiting;

/**
 * The tree of a system, run as a machine of its own: with its own processes, mounts and network,
 * where there is loopback and nothing else. Its end ends everything that was started in it. Needs
 * root.
 */
final class Machine implements AutoCloseable {
    /** Reads commands from standard input, in the new machine; proc is for the tree alone. */
    private static final String START =
            """
            mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && ip link set lo up || exit
            exec sh
            """;

    private static final String END = "--- end of the command, status ";

    private final Path root;
    private final Process shell;
    private final Writer commands;
    private final BufferedReader output;

    /** Starts it. */
    Machine(Path root) {
        this.root = root;
        ProcessBuilder builder =
                new ProcessBuilder(
                        Program.find("unshare", "util-linux").path().toString(),
                        "--mount",
                        "--pid",
                        "--net",
                        "--ipc",
                        "--fork",
                        "--kill-child",
                        "sh",
                        "-c",
                        START,
                        "sh",
                        root.toString());
        builder.environment().remove("CI");
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().remove("JAVA_HOME");
        try {
            shell = builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        commands = shell.outputWriter(UTF_8);
        output = new BufferedReader(new InputStreamReader(shell.getInputStream(), UTF_8));
    }

    /** The tree, as the test sees it. */
    Path path(String inside) {
        return root.resolve(inside.substring(1));
    }

    /** Runs a command line of the machine's own programs to its end. */
    Program.Result run(String command) {
        return runBeside("chroot " + quoted(root.toString()) + " sh -c " + quoted(command));
    }

    /** Runs one that must be a success, and returns what it wrote. */
    String succeed(String command) {
        return success(command, run(command));
    }

    /** The same with the programs that the test has, in the machine's network. */
    String succeedBeside(String command) {
        return success(command, runBeside(command));
    }

    private static String success(String command, Program.Result result) {
        assertThat(result.status()).as("%s:\n%s", command, result.output()).isZero();
        return result.output();
    }

    private Program.Result runBeside(String command) {
        try {
            commands.write("(" + command + "\n) </dev/null 2>&1; echo \"\n" + END + "$?\"\n");
            commands.flush();
            StringBuilder text = new StringBuilder();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(END)) {
                    int status = Integer.parseInt(line.substring(END.length()));
                    return new Program.Result(status, text.toString());
                }
                text.append(line).append('\n');
            }
            throw new AssertionError("the machine ended at: " + command + "\n" + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    @Override
    public void close() {
        shell.destroyForcibly();
        try {
            assertThat(shell.waitFor(Waiting.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
