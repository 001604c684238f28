package org.qpsmtpd.api.program;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.program.ProgramEnd.Handed;

/** What a program is given, what is seen of its end, and that none is left. */
@Timeout(60)
final class ProgramTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final int LARGE = 4_000_000;

    private final Path folder;

    ProgramTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static Program shell(String script) {
        return Program.of(LONG, "/bin/sh", "-c", script);
    }

    private static ProgramEnd run(String script) throws Exception {
        return shell(script).run();
    }

    private static ProgramEnd hand(String script, String message) throws Exception {
        return shell(script).start(() -> {}).end(out -> out.write(message.getBytes(ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 127, 200, 255})
    void givesTheExitCode(int code) throws Exception {
        ProgramEnd end = run("exit " + code);

        assertThat(end.inTime()).isTrue();
        assertThat(end.exitCode()).isEqualTo(code);
    }

    @Test
    void givesTheNumberOfASignalAsAShellDoes() throws Exception {
        assertThat(run("kill -9 $$").exitCode()).isEqualTo(137);
    }

    @Test
    void givesBothOutputs() throws Exception {
        ProgramEnd end = run("echo one; echo two >&2; exit 3");

        assertThat(end.output().text()).isEqualTo("one\n");
        assertThat(end.errors().text()).isEqualTo("two\n");
        assertThat(end.output().isWhole()).isTrue();
    }

    @Test
    void readsAllAndKeepsTheBeginning() throws Exception {
        Program program =
                new Program(
                        List.of(
                                "/bin/sh",
                                "-c",
                                "head -c 1000000 /dev/zero; head -c 999999 /dev/zero >&2"),
                        Map.of(),
                        LONG,
                        100);
        ProgramEnd end = program.run();

        assertThat(end.exitCode()).isZero();
        assertThat(end.output().text()).hasSize(100);
        assertThat(end.output().isWhole()).isFalse();
        assertThat(end.errors().text()).hasSize(100);
    }

    @Test
    void keepsAsMuchAsMayBeAsTheWhole() throws Exception {
        Program program = new Program(List.of("/bin/echo", "1234"), Map.of(), LONG, 5);

        assertThat(program.run().output()).isEqualTo(new ProgramEnd.Output("1234\n", true));
    }

    @Test
    void handsWordsOverAsTheyAre() throws Exception {
        ProgramEnd end =
                Program.of(LONG, "/usr/bin/printf", "<%s>")
                        .with("a b", "", "$(id)", "';id", "*")
                        .run();

        assertThat(end.output().text()).isEqualTo("<a b><><$(id)><';id><*>");
    }

    @Test
    void givesOnlyTheEnvironmentOfItsOwn() throws Exception {
        assertThat(Program.of(LONG, "/usr/bin/env").run().output().text()).isEmpty();
        Program program = new Program(List.of("/usr/bin/env"), Map.of("A", "b c"), LONG, 1000);
        assertThat(program.run().output().text()).isEqualTo("A=b c\n");
    }

    @Test
    void givesNothingToReadUnlessAFileIsNamed() throws Exception {
        Path input = Files.writeString(folder.resolve("input"), "from the file");

        assertThat(run("cat").output().text()).isEmpty();
        assertThat(shell("cat").run(input).output().text()).isEqualTo("from the file");
    }

    @Test
    void killsAProgramThatIgnoresSignalsAndItsChildren() throws Exception {
        Path pids = folder.resolve("pids");
        String script =
                "trap '' TERM INT HUP; tail -f /dev/null & echo $! $$ >"
                        + pids
                        + ".part; mv "
                        + pids
                        + ".part "
                        + pids
                        + "; while :; do wait; done";
        ProgramEnd end = Program.of(Duration.ofSeconds(1), "/bin/sh", "-c", script).run();

        assertThat(end.inTime()).isFalse();
        for (String pid : Files.readString(pids).strip().split(" ", -1)) {
            ProcessHandle.of(Long.parseLong(pid))
                    .ifPresent(left -> left.onExit().orTimeout(30, TimeUnit.SECONDS).join());
        }
    }

    @Test
    void killsWhenTheCallerIsToGiveUp() throws Exception {
        Path pid = folder.resolve("pid");
        ProgramRun run = shell("echo $$ >" + pid + "; exec tail -f /dev/null").start(() -> {});
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> run.end(out -> {})).isInstanceOf(InterruptedException.class);
        ProcessHandle.of(run.pid())
                .ifPresent(left -> left.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }

    @Test
    void doesNotWaitForAProcessThatKeepsTheOutput() throws Exception {
        ProgramEnd end = hand("setsid tail -f /dev/null --pid=$$ & exit 0", "");

        assertThat(end.exitCode()).isZero();
    }

    @Test
    void handsOverTheWholeMessage() throws Exception {
        String message = "x".repeat(LARGE);
        ProgramEnd end = hand("[ $(wc -c) = " + LARGE + " ] || exit 7", message);

        assertThat(end.exitCode()).isZero();
        assertThat(end.handed()).isEqualTo(Handed.WHOLE);
    }

    @Test
    void seesThatAProgramStoppedReading() throws Exception {
        ProgramEnd end = hand("exec <&-; exit 0", "x".repeat(LARGE));

        assertThat(end.inTime()).isTrue();
        assertThat(end.handed()).isEqualTo(Handed.BROKEN_OFF);
    }

    @Test
    void killsWhatMustNotSeeTheEndOfABrokenMessage() throws Exception {
        Path seen = folder.resolve("seen");
        AtomicInteger told = new AtomicInteger();
        ProgramEnd end =
                shell("cat >/dev/null; echo end >" + seen)
                        .start(told::incrementAndGet)
                        .end(
                                out -> {
                                    out.write("half".getBytes(ISO_8859_1));
                                    out.flush();
                                    throw new IOException("cannot be read");
                                });

        assertThat(end.handed()).isEqualTo(Handed.UNREADABLE);
        assertThat(end.exitCode()).isEqualTo(137);
        assertThat(told).hasPositiveValue();
        assertThat(seen).doesNotExist();
    }

    @Test
    void namesAProgramThatIsNotThere() throws Exception {
        Path file = Files.writeString(folder.resolve("a program"), "#!/bin/sh\n");

        assertThatThrownBy(() -> Program.of(LONG, folder + "/none").run())
                .isInstanceOf(IOException.class)
                .hasMessage(folder + "/none: there is no such file");
        assertThatThrownBy(() -> Program.of(LONG, folder.toString()).run())
                .hasMessage(folder + ": there is no such file");
        assertThatThrownBy(() -> Program.requireExecutable(file))
                .hasMessage(file + ": the server's user may not execute it");
    }

    @Test
    void namesAProgramThatCannotBeStarted() throws Exception {
        Path file = Files.writeString(folder.resolve("script"), "#!/no/such/shell\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));

        assertThatThrownBy(() -> Program.of(LONG, file.toString()).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void takesAbsolutePathsOnly() {
        assertThat(Program.path("scanner", "/bin/a")).isEqualTo(Path.of("/bin/a"));
        assertThatThrownBy(() -> Program.path("scanner", "bin/a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scanner 'bin/a' is not an absolute path");
    }

    @Test
    void showsOneCleanLine() {
        assertThat(ProgramEnd.oneLine(" a\tb\r\nc\u00e9\u007f ")).isEqualTo("a b  c??");
        assertThat(ProgramEnd.oneLine("x".repeat(300))).hasSize(253).endsWith("...");
    }
}
