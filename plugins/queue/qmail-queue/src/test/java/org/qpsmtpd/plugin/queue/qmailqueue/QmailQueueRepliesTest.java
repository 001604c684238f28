package org.qpsmtpd.plugin.queue.qmailqueue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.READ;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.RECORD;
import static org.qpsmtpd.plugin.queue.qmailqueue.TestProgram.message;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.program.ProgramEnd;
import org.qpsmtpd.api.program.ProgramRun;
import org.qpsmtpd.api.session.BodyWriter;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** What the client is told when the program refuses the message or does not do as it should. */
@Timeout(120)
final class QmailQueueRepliesTest {
    private static final String DID_NOT_READ = "the queue program did not read the whole message";

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Path folder;

    QmailQueueRepliesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @CsvSource({
        "1, DENYSOFT, temporary problem, 4.3.0",
        "10, DENYSOFT, temporary problem, 4.3.0",
        "11, DENY, envelope address too long, 5.1.3",
        "12, DENY, permanent problem, 5.3.0",
        "31, DENY, message refused for good, 5.3.0",
        "40, DENY, permanent problem, 5.3.0",
        "41, DENYSOFT, temporary problem, 4.3.0",
        "51, DENYSOFT, out of memory, 4.3.0",
        "52, DENYSOFT, timeout, 4.3.0",
        "53, DENYSOFT, write error or disk full, 4.3.0",
        "54, DENYSOFT, read error, 4.3.0",
        "55, DENYSOFT, configuration cannot be read, 4.3.0",
        "56, DENYSOFT, network trouble, 4.3.0",
        "61, DENYSOFT, trouble in the home directory, 4.3.0",
        "62, DENYSOFT, trouble in the queue directory, 4.3.0",
        "66, DENYSOFT, trouble in the queue directory, 4.3.0",
        "71, DENYSOFT, message refused for now, 4.3.0",
        "72, DENYSOFT, connection to the mail server timed out, 4.4.1",
        "73, DENYSOFT, connection to the mail server refused, 4.4.1",
        "74, DENYSOFT, connection to the mail server failed, 4.4.2",
        "81, DENYSOFT, internal bug, 4.3.0",
        "82, DENYSOFT, temporary problem, 4.3.0",
        "91, DENYSOFT, envelope format error, 4.3.0",
        "120, DENYSOFT, cannot be executed, 4.3.0",
        "255, DENYSOFT, temporary problem, 4.3.0"
    })
    void answersEachExitCode(int code, Action action, String meaning, String status)
            throws Exception {
        TestProgram program = TestProgram.of(folder, READ + "; exit " + code);

        HookResult result = program.plugin().onQueue(message());

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.code()).isZero();
        assertThat(result.text())
                .isEqualTo("Unable to queue message (%s, %s) (#%s)", code, meaning, status);
        assertThat(result.reason())
                .isEqualTo("fail: %s: exit code %s, %s", program.path(), code, meaning);
    }

    @Test
    void passesOnAPermanentRefusalOfTheProgram() throws Exception {
        HookResult result = run(READ + "; printf 'Dno such list (#5.1.1)' >&6; exit 82");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text()).isEqualTo("no such list (#5.1.1)");
        assertThat(result.reason()).endsWith(": exit code 82, no such list (#5.1.1)");
    }

    @Test
    void passesOnATemporaryRefusalOfTheProgram() throws Exception {
        HookResult result = run("echo 'Zscanner busy' >&6; " + READ + "; exit 82");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text()).isEqualTo("scanner busy");
    }

    @Test
    void cleansTheTextOfTheProgram() throws Exception {
        HookResult result = run("printf 'Dno\\r\\n250 ok\\033\\303\\244' >&6; exit 82");

        assertThat(result.text()).isEqualTo("no  250 ok ??");
    }

    @ParameterizedTest
    @CsvSource({"''", "D", "Z", "Kno", "'D  '"})
    void doesNotPassOnTextThatIsNoRefusal(String text) throws Exception {
        HookResult result = run(READ + "; printf '" + text + "' >&6; exit 82");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text())
                .isEqualTo("Unable to queue message (82, temporary problem) (#4.3.0)");
    }

    @Test
    void passesOnTextWithExitCode82Only() throws Exception {
        HookResult result = run(READ + "; printf 'Dno' >&6; exit 53");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text()).contains("(53, write error or disk full)");
    }

    @Test
    void logsWhatTheProgramSaysOfAnError() throws Exception {
        HookResult result = run(READ + "; echo 'no space' >&2; exit 53");

        assertThat(result.text()).doesNotContain("no space");
        assertThat(result.reason()).endsWith("write error or disk full; stderr: no space");
    }

    @Test
    void readsAMegabyteOfTextAndErrors() throws Exception {
        String megabyte = "head -c 1048576 /dev/zero | tr '\\0' x";
        HookResult result =
                run(
                        "%s >&2; printf D >&6; %s >&6; %s; exit 82"
                                .formatted(megabyte, megabyte, READ));

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text()).isEqualTo("x".repeat(249) + "...");
        assertThat(result.reason()).hasSizeLessThan(1000);
    }

    @Test
    void defersWhenTheProgramIsMissing() {
        Path missing = folder.resolve("missing");

        HookResult result = TestProgram.plugin(missing, 60).onQueue(message());

        assertDeferred(result, "the queue program cannot be started");
        assertThat(result.reason()).isEqualTo("error: " + missing + ": there is no such file");
    }

    @Test
    void defersWhenTheProgramMayNotBeExecuted() throws Exception {
        Path program = TestProgram.of(folder, READ).path();
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rw-------"));

        HookResult result = TestProgram.plugin(program, 60).onQueue(message());

        assertDeferred(result, "the queue program cannot be started");
        assertThat(result.reason())
                .isEqualTo("error: " + program + ": the server's user may not execute it");
    }

    @Test
    void defersWhenTheProgramsInterpreterIsMissing() throws Exception {
        TestProgram program = TestProgram.of(folder, READ);
        Files.writeString(program.path(), "#!/there/is/none\n");

        HookResult result = program.plugin().onQueue(message());

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text())
                .matches("Unable to queue message \\(12[67], cannot be executed\\) \\(#4.3.0\\)");
    }

    @Test
    void killsAProgramThatHangsAndItsChildren() throws Exception {
        TestProgram program =
                TestProgram.of(
                        folder,
                        "tail -f /dev/null & echo $! >\"$0.child\"; echo $$ >\"$0.pid\"; "
                                + READ
                                + "; wait");

        HookResult result = TestProgram.plugin(program.path(), 1).onQueue(message());

        assertDeferred(result, "the queue program did not end in time");
        assertThat(result.reason())
                .isEqualTo("error: " + program.path() + " did not end in time and was killed");
        awaitEnd(program, ".pid");
        awaitEnd(program, ".child");
    }

    @Test
    void killsAProgramThatDoesNotReadAndWritesForEver() throws Exception {
        TestProgram program = TestProgram.of(folder, "echo $$ >\"$0.pid\"; exec yes >&6");

        HookResult result = TestProgram.plugin(program.path(), 1).onQueue(TestProgram.large(1));

        assertDeferred(result, "the queue program did not end in time");
        awaitEnd(program, ".pid");
    }

    @Test
    void defersWhenTheProgramEndsBeforeItHasReadAll() throws Exception {
        TestProgram program = TestProgram.of(folder, "head -c 5 >/dev/null; exit 0");

        HookResult result = program.plugin().onQueue(TestProgram.large(1));

        assertDeferred(result, DID_NOT_READ);
        assertThat(result.reason())
                .isEqualTo(
                        "error: %s ended with 0 before it had read the whole message",
                        program.path());
    }

    @Test
    void defersWhenTheProgramClosesItsInput() throws Exception {
        TestProgram program = TestProgram.of(folder, "exec 0<&-; cat <&1 >\"$0.envelope\"");

        assertDeferred(program.plugin().onQueue(TestProgram.large(1)), DID_NOT_READ);
        assertThat(program.kept(".envelope")).isNotEmpty();
    }

    @Test
    void takesARefusalThatComesBeforeTheEndOfTheMessage() throws Exception {
        TestProgram program = TestProgram.of(folder, "head -c 5 >/dev/null; exit 31");

        assertThat(program.plugin().onQueue(TestProgram.large(1)).action()).isEqualTo(Action.DENY);
    }

    @Test
    void defersWhenTheProgramIsKilled() throws Exception {
        HookResult result = run(READ + "; kill -9 $$");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text()).contains("(137, temporary problem)");
    }

    /**
     * Neither the program nor a child of it that nobody knows any more may take the message for a
     * short one.
     */
    @Test
    void withdrawsAMessageThatCannotBeRead() throws Exception {
        Path ready = folder.resolve("qmail-queue.ready");
        assertThat(new ProcessBuilder("mkfifo", ready.toString()).start().waitFor()).isZero();
        TestProgram program =
                TestProgram.of(
                        folder,
                        "exec 3<&0; (sh -c 'echo $$ >\"$0.ready\"; "
                                + RECORD
                                + "' \"$0\" <&3 3<&- &); exec tail -f /dev/null");
        Path envelope = Files.write(folder.resolve("envelope"), "Fa\0Tb\0\0".getBytes(UTF_8));
        ProgramRun run =
                QueueProgram.chosen(program.path().toString(), Map.of())
                        .start(envelope, Map.of("PATH", "/bin:/usr/bin"), SOON);
        CompletableFuture<ProcessHandle> child = new CompletableFuture<>();

        ProgramEnd end = run.end(half(ready, child));

        child.join().onExit().orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(program.kept(".message")).isEqualTo("Subject: half");
        assertThat(program.kept(".envelope")).isEmpty();
        assertThat(end.handed()).isEqualTo(ProgramEnd.Handed.UNREADABLE);
        HookResult result = Answers.to(end, "/qq", "Queued!");
        assertDeferred(result, "the message cannot be read");
        assertThat(result.reason()).isEqualTo("error: the message cannot be read; /qq was killed");
    }

    @Test
    void defersWhenTheEnvelopeCannotBeWritten() throws Exception {
        TestProgram program = TestProgram.of(folder, RECORD);
        FakeTransaction transaction = message().withSpoolDirectory(folder.resolve("gone"));

        HookResult result = program.plugin().onQueue(transaction);

        assertDeferred(result, "the envelope cannot be written");
        assertThat(result.reason()).startsWith("error: the envelope: ").contains("gone");
    }

    @Test
    void defersMailWithoutRecipients() throws Exception {
        TestProgram program = TestProgram.of(folder, RECORD);
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.create()).withMessage("Subject: x\n\nx\n");

        assertDeferred(program.plugin().onQueue(transaction), "no recipients");
        assertThat(folder.resolve("qmail-queue.message")).doesNotExist();
    }

    @Test
    void killsTheProgramWhenTheCallIsGivenUp() throws Exception {
        TestProgram program = TestProgram.of(folder, "exec tail -f /dev/null");

        Thread.currentThread().interrupt();
        HookResult result = program.plugin().onQueue(message());

        assertThat(Thread.interrupted()).isTrue();
        assertDeferred(result, "interrupted");
        assertThat(result.reason())
                .isEqualTo("error: " + program.path() + ": interrupted and killed");
    }

    @Test
    void doesNotWaitForWhatTheProgramLeavesBehind() throws Exception {
        TestProgram program =
                TestProgram.of(
                        folder, "tail -f /dev/null & echo $! >\"$0.pid\"; " + READ + "; exit 53");

        HookResult result = program.plugin().onQueue(message());

        assertThat(ProcessHandle.of(pid(program, ".pid")).orElseThrow().destroyForcibly()).isTrue();
        assertThat(result.text()).contains("(53, write error or disk full)");
    }

    /** A message of which the second half is lost once a child of the program reads it. */
    private static BodyWriter half(Path ready, CompletableFuture<ProcessHandle> child) {
        return out -> {
            long pid = Long.parseLong(Files.readString(ready).strip());
            child.complete(ProcessHandle.of(pid).orElseThrow());
            out.write("Subject: half".getBytes(UTF_8));
            out.flush();
            throw new IOException("the spool file is gone");
        };
    }

    private HookResult run(String script) throws IOException {
        return TestProgram.of(folder, script).plugin().onQueue(message());
    }

    private static void assertDeferred(HookResult result, String reason) {
        assertThat(result.action()).as(result.toString()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text()).isEqualTo("Unable to queue message (%s) (#4.3.0)", reason);
        assertThat(result.reason()).startsWith("error: ");
    }

    private static long pid(TestProgram program, String ending) throws IOException {
        return Long.parseLong(program.kept(ending).strip());
    }

    private static void awaitEnd(TestProgram program, String ending) throws Exception {
        ProcessHandle.of(pid(program, ending))
                .ifPresent(process -> process.onExit().orTimeout(60, TimeUnit.SECONDS).join());
    }
}
