package org.qpsmtpd.plugin.logging.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;

class FilePluginTest {
    private static final long PID = ProcessHandle.current().pid();
    private static final Instant EVENING = Instant.parse("2026-01-01T23:59:59Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-01-02T00:00:00Z");

    private final Path directory;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final FakeConnection one = FakeConnection.create().withId("c1");
    private final FakeConnection two = FakeConnection.create().withId("c2");

    FilePluginTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void writesTimeHostSpeakerAndText() {
        FilePlugin plugin = plugin("log");
        HookResult result =
                plugin.onLog(
                        new LogRecord(
                                EVENING,
                                LogLevel.WARN,
                                "c1",
                                "rcpt",
                                "rcpt_ok",
                                "fail: W\u00f6rld"));
        plugin.onLog(new LogRecord(MIDNIGHT, LogLevel.ERROR, "", "", "", "from the core"));
        assertThat(result).isEqualTo(HookResult.DECLINED);
        assertThat(text("log"))
                .matches(
                        "Thu Jan  1 23:59:59 2026 \\S+\\[c1]: \\(rcpt\\) rcpt_ok: fail:"
                                + " W\u00f6rld\n"
                                + "Fri Jan  2 00:00:00 2026 \\S+\\["
                                + PID
                                + "]: from the core\n");
    }

    @Test
    void writesTheTimeAsAskedFor() {
        FilePlugin plugin = plugin("tsformat", "%FT%T", "log");
        log(plugin, EVENING, "", "a");
        assertThat(text("log")).startsWith("2026-01-01T23:59:59 ");
    }

    @Test
    void appendsToTheFile() throws IOException {
        Files.writeString(directory.resolve("log"), "before\n");
        log(plugin("log"), EVENING, "", "after");
        assertThat(lines("log")).isEqualTo("before after");
    }

    @ParameterizedTest
    @CsvSource({"LOGWARN, WARN, NOTICE", "6, INFO, DEBUG", "LOGDEBUG, DEBUG, ''"})
    void writesWhatIsAsUrgentAsItsLevel(String setting, LogLevel shown, String hidden) {
        FilePlugin plugin = plugin("loglevel", setting, "log");
        plugin.onLog(new LogRecord(EVENING, shown, "", "", "", "shown"));
        if (!hidden.isEmpty()) {
            LogLevel level = LogLevel.parse(hidden);
            plugin.onLog(new LogRecord(EVENING, level, "", "", "", "hidden"));
        }
        assertThat(plugin.threshold()).isEqualTo(shown);
        assertThat(lines("log")).isEqualTo("shown");
    }

    @Test
    void changesTheFileWithTheTime() {
        FilePlugin plugin = plugin("log.%F");
        log(plugin, EVENING, "", "a");
        log(plugin, MIDNIGHT, "", "b");
        log(plugin, MIDNIGHT.plusSeconds(1), "", "c");
        assertThat(lines("log.2026-01-01")).isEqualTo("a");
        assertThat(lines("log.2026-01-02")).isEqualTo("b c");
    }

    @Test
    void splitsASessionBetweenFiles() {
        FilePlugin plugin = plugin("log.%F");
        plugin.onConnect(one);
        log(plugin, EVENING, "c1", "a");
        log(plugin, MIDNIGHT, "c1", "b");
        assertThat(lines("log.2026-01-01")).isEqualTo("a");
        assertThat(lines("log.2026-01-02")).isEqualTo("b");
    }

    @Test
    void keepsASessionInOneFileWithNosplit() {
        FilePlugin plugin = plugin("nosplit", "log.%F");
        plugin.onConnect(one);
        log(plugin, EVENING, "c1", "a");
        plugin.onConnect(two);
        log(plugin, MIDNIGHT, "c2", "b");
        log(plugin, MIDNIGHT, "c1", "c");
        log(plugin, MIDNIGHT, "", "d");
        end(plugin, one);
        log(plugin, MIDNIGHT, "c1", "e");
        assertThat(lines("log.2026-01-01")).isEqualTo("a c");
        assertThat(lines("log.2026-01-02")).isEqualTo("b d e");
    }

    @Test
    void givesEachSessionAFileOfItsOwn() {
        FakeClock clock = new FakeClock(Instant.ofEpochSecond(1_700_000_000));
        FilePlugin plugin = plugin("log.%i");
        plugin.onConnect(one.withClock(clock));
        plugin.onConnect(two.withClock(clock));
        log(plugin, EVENING, "c1", "a");
        log(plugin, EVENING, "c2", "b");
        log(plugin, EVENING, "c1", "c");
        log(plugin, EVENING, "", "d");
        plugin.onDisconnect(two);
        log(plugin, EVENING, "c2", "f");
        end(plugin, two);
        log(plugin, EVENING, "c2", "e");
        String pid = String.format("%04d", PID);
        assertThat(lines("log.1700000000-" + pid + "-1")).isEqualTo("a c");
        assertThat(lines("log.1700000000-" + pid + "-2")).isEqualTo("b f");
        assertThat(lines("log.parent")).isEqualTo("d e");
    }

    @Test
    void staysWithARenamedFile() throws IOException {
        FilePlugin plugin = plugin("log");
        log(plugin, EVENING, "", "a");
        Files.move(directory.resolve("log"), directory.resolve("log.old"));
        plugin.onConnect(one);
        log(plugin, EVENING, "c1", "b");
        assertThat(lines("log.old")).isEqualTo("a b");
        assertThat(directory.resolve("log")).doesNotExist();
    }

    @Test
    void opensTheFileAgainForEachSessionWithReopen() throws IOException {
        FilePlugin plugin = plugin("reopen", "log");
        plugin.onConnect(one);
        log(plugin, EVENING, "c1", "a");
        Files.move(directory.resolve("log"), directory.resolve("log.old"));
        log(plugin, EVENING, "c1", "b");
        plugin.onConnect(two);
        log(plugin, EVENING, "c2", "c");
        log(plugin, EVENING, "c1", "d");
        assertThat(lines("log.old")).isEqualTo("a b");
        assertThat(lines("log")).isEqualTo("c d");
    }

    @Test
    void neverStopsMailAndTriesAgainAfterAFault() throws IOException {
        Path log = directory.resolve("later/log");
        FilePlugin plugin = plugin("later/log");
        log(plugin, EVENING, "", "a");
        log(plugin, EVENING.plusSeconds(9), "", "b");
        log(plugin, EVENING.plusSeconds(10), "", "c");
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .hasLineCount(1)
                .startsWith(PID + " logging/file: " + log);

        Files.createDirectory(log.getParent());
        log(plugin, EVENING.plusSeconds(19), "", "d");
        log(plugin, EVENING.plusSeconds(20), "", "e");
        assertThat(lines("later/log")).isEqualTo("e");
    }

    @Test
    void triesAgainWhenTheClockWasSetBack() throws IOException {
        FilePlugin plugin = plugin("later/log");
        log(plugin, EVENING, "", "a");
        Files.createDirectory(directory.resolve("later"));
        log(plugin, EVENING.minusSeconds(3600), "", "b");
        assertThat(lines("later/log")).isEqualTo("b");
    }

    @Test
    void complainsOfAFaultThatComesLater() throws IOException {
        FilePlugin plugin = plugin("reopen", "log");
        log(plugin, EVENING, "", "a");
        Files.delete(directory.resolve("log"));
        Files.createDirectory(directory.resolve("log"));
        plugin.onConnect(one);
        log(plugin, EVENING, "c1", "b");
        assertThat(errors.toString(StandardCharsets.UTF_8)).hasLineCount(1);
        Files.delete(directory.resolve("log"));
        log(plugin, EVENING.plus(Duration.ofSeconds(10)), "c1", "c");
        assertThat(lines("log")).isEqualTo("c");
    }

    @Test
    void runsACommand() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        FilePlugin plugin = plugin("|tee", fifo.toString());
        log(plugin, EVENING, "", "a");
        log(plugin, EVENING, "", "b");
        plugin.close();
        assertThat(Files.readString(fifo).lines().map(line -> line.replaceFirst(".*: ", "")))
                .containsExactly("a", "b");
    }

    @Test
    void survivesLinesAfterItsEnd() {
        FilePlugin plugin = plugin("log");
        log(plugin, EVENING, "", "a");
        plugin.close();
        log(plugin, EVENING, "", "b");
        assertThat(lines("log")).isEqualTo("a");
    }

    @Test
    void keepsNothingOfSessionsItDoesNotNeed() {
        FilePlugin plugin = plugin("log");
        assertThat(plugin.onConnect(one)).isEqualTo(HookResult.DECLINED);
        end(plugin, one);
        end(plugin, two);
        log(plugin, EVENING, "c1", "a");
        assertThat(lines("log")).isEqualTo("a");
        assertThat(plugin.takesRecords()).isFalse();
    }

    /** As the server does: the hook at once, the record behind the last line. */
    private static void end(FilePlugin plugin, FakeConnection session) {
        plugin.onDisconnect(session);
        plugin.onSessionEnd(
                new SessionRecord(
                        session.id(),
                        "",
                        "",
                        1,
                        List.of(),
                        EVENING,
                        true,
                        List.of(),
                        0,
                        List.of()));
    }

    @Test
    void refusesALineWithoutAPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FilePlugin(Configs.config(FileConfig.class)))
                .withMessageContaining("|COMMAND");
    }

    @Test
    void followsNoLink() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "mine\n");
        Files.createSymbolicLink(directory.resolve("log"), victim);
        log(plugin("log"), EVENING, "", "a");
        Files.createSymbolicLink(directory.resolve("later"), directory.resolve("made"));
        log(plugin("later"), EVENING, "", "a");
        assertThat(victim).hasContent("mine\n");
        assertThat(directory.resolve("made")).doesNotExist();
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("/log: it is a symbolic link; name the file itself")
                .hasLineCount(2);
    }

    @Test
    void writesForRootNothingWhereAnotherUserCouldPutALink() throws IOException {
        assumeTrue(FolderTrust.isRoot(), "only root gives folders away");
        Path folder = Files.createDirectory(directory.resolve("theirs"));
        Files.setAttribute(folder, "unix:uid", 65534);
        log(plugin("theirs/log"), EVENING, "", "a");
        assertThat(folder).isEmptyDirectory();
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains(folder + ": it belongs to user number 65534");
    }

    @Test
    void opensAFileAnewWhenToldToReload() throws IOException {
        FilePlugin plugin = plugin("log");
        log(plugin, EVENING, "", "a");
        Files.move(directory.resolve("log"), directory.resolve("log.1"));
        log(plugin, EVENING, "", "b");
        plugin.onReload();
        log(plugin, EVENING, "", "c");
        assertThat(lines("log.1")).isEqualTo("a b");
        assertThat(lines("log")).isEqualTo("c");
    }

    @Test
    void goesOnForAThreadThatHasBeenInterrupted() {
        FilePlugin plugin = plugin("log");
        Thread.currentThread().interrupt();
        log(plugin, EVENING, "", "a");
        assertThat(Thread.interrupted()).isTrue();
        log(plugin, EVENING, "", "b");
        assertThat(lines("log")).isEqualTo("a b");
    }

    /** The last argument is a file name below the test's directory, unless it is absolute. */
    private FilePlugin plugin(String... arguments) {
        int last = arguments.length - 1;
        arguments[last] = directory.resolve(arguments[last]).toString();
        return new FilePlugin(
                Configs.config(FileConfig.class, Map.of("arguments", String.join(" ", arguments))),
                ZoneOffset.UTC,
                new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    private static void log(FilePlugin plugin, Instant time, String connection, String text) {
        plugin.onLog(new LogRecord(time, LogLevel.ERROR, connection, "", "", text));
    }

    private String text(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The last words of all lines. */
    private String lines(String file) {
        return String.join(
                " ", text(file).lines().map(line -> line.replaceFirst(".*: ", "")).toList());
    }
}
