package org.qpsmtpd.plugin.contentlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

@Timeout(60)
class ContentLogPluginTest {
    private static final String MESSAGE = "Subject: a test\n\n.Hello\n\nW\u00f6rld\n";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path home;
    private final FakeConnection connection =
            FakeConnection.create().withClock(new FakeClock(Instant.parse("2026-11-30T09:05:00Z")));

    ContentLogPluginTest(@TempDir Path folder) throws IOException {
        home = folder.toRealPath();
        connection.config().set("content_log_enabled", "yes");
    }

    @Test
    void appendsHeaderAndBody() throws IOException {
        ContentLogPlugin plugin = plugin();
        FakeTransaction changed = message(MESSAGE);
        changed.headers().prepend("X-Virus-Checked", "yes");

        assertThat(plugin.onDataPost(message(MESSAGE)))
                .isEqualTo(HookResult.pass("kept in " + home.resolve("mail/20261130")));
        plugin.onDataPost(changed);

        assertThat(text("mail/20261130")).isEqualTo(MESSAGE + "X-Virus-Checked: yes\n" + MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/%Y%m%d%H%M", "%Y%m%d%H%M", "%F/mail.%i"})
    void namesTheFileByTheTime(String pattern) throws IOException {
        connection.config().set("content_log_file", pattern);
        plugin().onDataPost(message(MESSAGE));

        String name = pattern.replace("%Y%m%d%H%M", "202611300905").replace("%F", "2026-11-30");
        assertThat(text(name)).isEqualTo(MESSAGE);
    }

    @Test
    void takesAnAbsolutePath() throws IOException {
        connection.config().set("content_log_file", home.resolve("there/%Y").toString());
        new ContentLogPlugin(
                        Configs.config(ContentLogConfig.class),
                        Path.of("/nowhere"),
                        ZoneOffset.UTC,
                        PATIENCE)
                .onDataPost(message(MESSAGE));

        assertThat(text("there/2026")).isEqualTo(MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "yes", "yes  ", "YES", "on"})
    void keepsMessagesWhenToldTo(String value) {
        connection.config().set("content_log_enabled", value);

        assertThat(plugin().onDataPost(message(MESSAGE)).reason()).startsWith("pass: kept in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "false", "no", "asdf "})
    void keepsNothingWhenToldSo(String value) {
        connection.config().set("content_log_enabled", value);

        assertThat(plugin().onDataPost(message(MESSAGE)))
                .isEqualTo(HookResult.skip("content_log_enabled does not say yes"));
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void keepsNothingByDefaultAndSaysSoOnce() {
        connection.config().delete("content_log_enabled");
        connection.config().set("content_log_file", "mail");
        ContentLogPlugin plugin = plugin();

        assertThat(plugin.onDataPost(message(MESSAGE)).action()).isEqualTo(Action.DECLINED);
        plugin.onDataPost(message(MESSAGE));
        assertThat(home).isEmptyDirectory();
        assertThat(connection.logged())
                .containsExactly(
                        "WARN no message is kept until the file content_log_enabled says yes");
    }

    @Test
    void keepsTheFileToItsOwner() throws IOException {
        plugin().onDataPost(message(MESSAGE));

        assertThat(mode("mail/20261130")).isEqualTo("rw-------");
        assertThat(mode("mail")).isEqualTo("rwx------");
    }

    @Test
    void goesOnWithANewFileWhenOneWasPutAway() throws IOException {
        ContentLogPlugin plugin = plugin();
        plugin.onDataPost(message("Subject: a\n\n"));
        Files.move(home.resolve("mail/20261130"), home.resolve("mail/old"));
        plugin.onDataPost(message("Subject: b\n\n"));

        assertThat(text("mail/old")).isEqualTo("Subject: a\n\n");
        assertThat(text("mail/20261130")).isEqualTo("Subject: b\n\n");
    }

    @Test
    void endsTheLastLineOfAMessage() throws IOException {
        connection.config().set("content_log_file", "all");
        ContentLogPlugin plugin = plugin();
        for (String message : List.of("Subject: a\r\n\r\nx\ry", "Subject: b\r\n\r\nx\r")) {
            plugin.onDataPost(FakeTransaction.on(connection).withMessage(message.getBytes(UTF_8)));
        }

        assertThat(text("all")).isEqualTo("Subject: a\n\nx\ry\nSubject: b\n\nx\r\n");
    }

    @Test
    void neverMixesTheMessagesOfSeveralSessions() throws Exception {
        connection.config().set("content_log_file", "all");
        List<ContentLogPlugin> writers = List.of(plugin(), plugin());
        List<Callable<HookResult>> calls = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String body = (i + "\n").repeat(30_000);
            Transaction message = message("Subject: begin\n\n" + body + "end\n");
            ContentLogPlugin writer = writers.get(i % 2);
            calls.add(() -> writer.onDataPost(message));
        }
        ExecutorService sessions = Executors.newFixedThreadPool(8);
        for (Future<HookResult> answer : sessions.invokeAll(calls)) {
            assertThat(answer.get().reason()).startsWith("pass");
        }
        sessions.shutdown();

        String[] messages = text("all").split("end\n", -1);
        assertThat(messages).hasSize(61);
        Pattern whole = Pattern.compile("Subject: begin\n\n(\\d+\n)\\1{29999}+");
        for (int i = 0; i < 60; i++) {
            assertThat(whole.matcher(messages[i]).matches()).as("message %d", i).isTrue();
        }
    }

    @Test
    void doesNotWaitForeverForWhoeverHasLockedTheFile() throws IOException {
        connection.config().set("content_log_file", "all");
        ContentLogPlugin plugin =
                new ContentLogPlugin(
                        Configs.config(ContentLogConfig.class),
                        home,
                        ZoneOffset.UTC,
                        Duration.ofMillis(20));
        Path file = home.resolve("all");
        try (FileChannel other =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock();
            assertFault(
                    plugin.onDataPost(message(MESSAGE)),
                    "all: " + file + ": another process has kept it locked for too long");
        }
        assertThat(plugin.onDataPost(message(MESSAGE)).reason()).startsWith("pass");
    }

    @Test
    void leavesNoPartOfAMessageThatCannotBeWritten() throws IOException {
        connection.config().set("content_log_file", "all");
        ContentLogPlugin plugin = plugin();
        plugin.onDataPost(message(MESSAGE));
        Transaction large = failing(message("Subject: b\n\n" + "x\n".repeat(100_000)));

        assertFault(
                plugin.onDataPost(large),
                "all: " + home.resolve("all") + ": No space left on device");
        assertThat(text("all")).isEqualTo(MESSAGE);
        plugin.onDataPost(large);
        plugin.onDataPost(message(MESSAGE));
        assertThat(text("all")).isEqualTo(MESSAGE + MESSAGE);
        assertThat(connection.logged())
                .containsExactly(
                        "ERROR a message is not kept: content_log_file all: "
                                + home.resolve("all")
                                + ": No space left on device");
    }

    @Test
    void leavesNoPartOfAMessageWhenItIsGivenUp() throws IOException {
        connection.config().set("content_log_file", "all");
        ContentLogPlugin plugin = plugin();
        plugin.onDataPost(message(MESSAGE));
        String large = "Subject: b\n\n" + "x\n".repeat(100_000);
        HookResult answer = plugin.onDataPost(interrupted(message(large)));

        assertThat(Thread.interrupted()).isTrue();
        assertFault(answer, "all: " + home.resolve("all") + ": given up while it was written");
        assertThat(text("all")).isEqualTo(MESSAGE);
    }

    @Test
    void addsNothingToAFileThatHasReachedItsLimit() throws IOException {
        connection.config().set("content_log_file", "all");
        ContentLogPlugin plugin = plugin(Map.of("file_limit", 1));
        String large = "Subject: b\n\n" + "x\n".repeat(600_000);
        assertThat(plugin.onDataPost(message(large)).reason()).startsWith("pass");

        assertFault(
                plugin.onDataPost(message(MESSAGE)),
                "all: " + home.resolve("all") + ": it has reached its limit, file_limit");
        assertThat(text("all")).isEqualTo(large);
    }

    @Test
    void followsNoLinkAndOpensNothingButFiles() throws Exception {
        Path victim = Files.writeString(home.resolve("victim"), "mine\n");
        Files.createSymbolicLink(home.resolve("link"), victim);
        Files.createSymbolicLink(home.resolve("dangling"), home.resolve("made"));
        Process pipe = new ProcessBuilder("mkfifo", home.resolve("pipe").toString()).start();
        assertThat(pipe.waitFor()).isZero();
        Files.createDirectory(home.resolve("folder"));

        for (String name : List.of("link", "dangling", "pipe", "folder")) {
            connection.config().set("content_log_file", name);
            assertFault(
                    plugin().onDataPost(message(MESSAGE)),
                    name
                            + ": "
                            + home.resolve(name)
                            + ": it is a link, a folder or a device; name a file");
        }
        assertThat(victim).hasContent("mine\n");
        assertThat(home.resolve("made")).doesNotExist();
    }

    @Test
    void makesNoFolderWhereALinkLeads() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Files.createSymbolicLink(home.resolve("link"), elsewhere);
        connection.config().set("content_log_file", "link/%Y/all");

        assertFault(
                plugin().onDataPost(message(MESSAGE)),
                String.format(
                        "link/%%Y/all: %s: a symbolic link leads there; make the folder %s"
                                + " yourself",
                        home.resolve("link"), home.resolve("link/2026")));
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void saysWhichFolderCannotBeMade() throws IOException {
        Files.writeString(home.resolve("file"), "");
        connection.config().set("content_log_file", "file/all");

        assertFault(
                plugin().onDataPost(message(MESSAGE)),
                "file/all: " + home.resolve("file") + ": it is no folder");
    }

    @Test
    void writesForRootNothingWhereAnotherUserCouldPutALink() throws IOException {
        assumeTrue(FolderTrust.isRoot(), "only root gives folders away");
        Path theirs = Files.createDirectory(home.resolve("theirs"));
        Files.setAttribute(theirs, "unix:uid", 65534);
        connection.config().set("content_log_file", "theirs/all");

        assertFault(
                plugin().onDataPost(message(MESSAGE)),
                "theirs/all: " + theirs + ": it belongs to user number 65534");
        assertThat(theirs).isEmptyDirectory();
    }

    @Test
    void refusesAPathThatOnlyAShellCouldRead() {
        connection.config().set("content_log_file", "~/mail");

        assertFault(
                plugin().onDataPost(message(MESSAGE)),
                "~/mail: '~/mail' is written for a shell; write the path as it is");
        assertThat(home).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"content_log_enabled, No", "content_log_enabled, 1", "content_log_file, a/%Y"})
    void takesTheseLines(String file, String line) {
        assertThatCode(() -> plugin().checkLine(file, line)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "content_log_enabled, asdf, 'asdf' is neither yes nor no",
        "content_log_file, $HOME/%Y, '$HOME/%Y' is written for a shell"
    })
    void findsFaultWithTheseLines(String file, String line, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin().checkLine(file, line))
                .withMessageStartingWith(why);
    }

    @Test
    void mailGoesOnThoughNothingCanBeWritten() throws Exception {
        Files.writeString(home.resolve("file"), "");
        Mailbox mailbox = new Mailbox();
        try (TestServer server =
                        TestServer.builder()
                                .config("content_log_enabled", "yes")
                                .config("content_log_file", "file/all")
                                .plugin("content_log", plugin())
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("matt@example.org", "user@example.com");

            assertThat(client.data(MESSAGE).code()).isEqualTo(250);
        }
        assertThat(mailbox.messages()).hasSize(1);
    }

    private static void assertFault(HookResult answer, String fault) {
        assertThat(answer)
                .isEqualTo(HookResult.DECLINED.because("error: content_log_file " + fault));
    }

    /** Writes half of what it is, and then finds the disk full. */
    private static Transaction failing(FakeTransaction transaction) {
        return written(
                transaction,
                out -> {
                    throw new IOException("No space left on device");
                });
    }

    /** Writes half of what it is, and is then given up by the server. */
    private static Transaction interrupted(FakeTransaction transaction) {
        return written(transaction, out -> Thread.currentThread().interrupt());
    }

    private interface Middle {
        void in(OutputStream out) throws IOException;
    }

    private static Transaction written(FakeTransaction transaction, Middle middle) {
        byte[] octets = transaction.message().replace("\n", "\r\n").getBytes(UTF_8);
        return (Transaction)
                Proxy.newProxyInstance(
                        Transaction.class.getClassLoader(),
                        new Class<?>[] {Transaction.class},
                        (proxy, method, arguments) -> {
                            if (!method.getName().equals("writeMessageTo")) {
                                return called(() -> method.invoke(transaction, arguments));
                            }
                            OutputStream out = (OutputStream) arguments[0];
                            int half = octets.length / 2;
                            out.write(octets, 0, half);
                            middle.in(out);
                            out.write(octets, half, octets.length - half);
                            return null;
                        });
    }

    private static Object called(Callable<Object> call) throws Exception {
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    private FakeTransaction message(String text) {
        return FakeTransaction.on(connection).withMessage(text);
    }

    private ContentLogPlugin plugin() {
        return plugin(Map.of());
    }

    private ContentLogPlugin plugin(Map<String, ?> settings) {
        return new ContentLogPlugin(
                Configs.config(ContentLogConfig.class, settings), home, ZoneOffset.UTC, PATIENCE);
    }

    private String text(String name) throws IOException {
        return Files.readString(home.resolve(name));
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve(name)));
    }
}
