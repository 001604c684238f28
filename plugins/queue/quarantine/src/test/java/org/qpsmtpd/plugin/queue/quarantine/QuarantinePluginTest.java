package org.qpsmtpd.plugin.queue.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeConsole;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

/** What comes into quarantine, how it leaves it, and its bounds. */
@Timeout(60)
final class QuarantinePluginTest {
    private static final String MESSAGE =
            "Message-Id: <1@x>\r\nX-Quarantine-Message: follows\r\n\r\nhello\r\n";

    private final Path folder;
    private final Path root;

    QuarantinePluginTest(@TempDir Path folder) {
        this.folder = folder;
        root = folder.resolve("queue/quarantine");
    }

    private record Home(Path directory) implements ServerHome {
        @Override
        public String name() {
            return "";
        }

        @Override
        public List<Path> configDirectories() {
            return List.of();
        }

        @Override
        public Path state(String owner) {
            return directory.resolve(owner);
        }

        @Override
        public Config config() {
            return new FakeConfig();
        }
    }

    private QuarantinePlugin plugin(String... options) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new QuarantinePlugin(
                Configs.config(QuarantineConfig.class, values), new Home(folder));
    }

    private static FakeTransaction transaction(String... reasons) {
        FakeTransaction transaction =
                FakeTransaction.on(FakeConnection.create().withEhlo("client.example.org"))
                        .withMessage(MESSAGE)
                        .withSender("a@example.org")
                        .withRecipient("b@example.com")
                        .withRecipient("j r@example.com");
        for (String reason : reasons) {
            transaction.quarantine(reason);
        }
        return transaction;
    }

    private List<Path> files(Path maildir) throws IOException {
        try (Stream<Path> files = Files.list(maildir.resolve("new"))) {
            return files.sorted().toList();
        }
    }

    private String id() throws IOException {
        return String.valueOf(files(root).get(0).getFileName());
    }

    private static void put(QuarantinePlugin plugin) {
        assertThat(plugin.onQueue(transaction("virus A")).action()).isEqualTo(Action.OK);
    }

    @Test
    void leavesOtherMessagesToOtherPlugins() {
        assertThat(plugin().onQueue(transaction())).isEqualTo(HookResult.DECLINED);
        assertThat(root).doesNotExist();
    }

    @Test
    void storesWhatIsKnownOfTheMessage() throws IOException {
        QuarantinePlugin plugin = plugin();
        HookResult answer = plugin.onQueue(transaction("virus A", "odd\u001b"));

        assertThat(answer.action()).isEqualTo(Action.OK);
        assertThat(answer.text()).isEqualTo("Queued! <1@x>");
        assertThat(answer.reason()).startsWith("pass: in quarantine as " + id() + ": virus A; odd");
        assertThat(Files.readString(files(root).get(0)).lines())
                .startsWith(
                        "Return-Path: <a@example.org>",
                        "Delivered-To: b@example.com",
                        "Delivered-To: j r@example.com",
                        "X-Quarantine-Recipient: <b@example.com>",
                        "X-Quarantine-Recipient: <\"j\\ r\"@example.com>",
                        "X-Quarantine-Reason: virus A",
                        "X-Quarantine-Reason: odd")
                .contains("X-Quarantine-Message: follows", "Message-Id: <1@x>")
                .endsWith("", "hello");
        assertThat(plugin.figures()).contains(Figure.counter("quarantined", 1));
    }

    @Test
    void defersWhatCannotBeStored() throws IOException {
        Files.createDirectories(root.resolveSibling(""));
        Files.writeString(root, "in the way");
        HookResult answer = plugin().onQueue(transaction("virus A"));

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.code()).isEqualTo(451);
        assertThat(answer.text()).isEqualTo("Unable to queue message (#4.3.0)");
        assertThat(answer.reason()).startsWith("error: " + root);
    }

    @Test
    void listsMessages() throws Exception {
        QuarantinePlugin plugin = plugin();
        put(plugin);
        put(plugin);

        assertThat(FakeConsole.run(plugin, "list").text().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("  <a@example.org> -> b@example.com, "))
                .allMatch(line -> line.endsWith(" helo client.example.org  virus A"));
        assertThat(FakeConsole.run(plugin, "list", id()).text()).startsWith(id()).hasLineCount(1);
        assertThat(FakeConsole.run(plugin, "list", "worm").text()).isEmpty();
    }

    @Test
    void showsAMessage() throws Exception {
        QuarantinePlugin plugin = plugin();
        put(plugin);

        assertThat(FakeConsole.run(plugin, "show", id()).text())
                .contains("X-Quarantine-Reason: virus A", "Message-Id: <1@x>", "hello");
    }

    @Test
    void handsAMessageToSendmail() throws Exception {
        StandInProgram program =
                StandInProgram.at(folder.resolve("sendmail"), "cat >\"$0.message\"");
        QuarantinePlugin plugin = plugin("release_by", program.path());
        put(plugin);
        FakeConsole.Answer answer = FakeConsole.run(plugin, "release", id());

        assertThat(answer.done()).isTrue();
        assertThat(answer.text()).endsWith(": released to " + program.path() + "\n");
        assertThat(program.words())
                .containsExactly(
                        "-i",
                        "-f",
                        "a@example.org",
                        "--",
                        "b@example.com",
                        "\"j\\ r\"@example.com");
        assertThat(program.kept("message")).isEqualTo(MESSAGE.replace("\r\n", "\n"));
        assertThat(files(root)).isEmpty();
        assertThat(plugin.figures()).contains(Figure.counter("released", 1));
    }

    @Test
    void handsTheNullSenderToSendmail() throws Exception {
        StandInProgram program = StandInProgram.at(folder.resolve("sendmail"), "cat >/dev/null");
        QuarantinePlugin plugin = plugin("release_by", program.path());
        assertThat(plugin.onQueue(transaction("x").withSender("")).action()).isEqualTo(Action.OK);

        assertThat(FakeConsole.run(plugin, "release", id()).done()).isTrue();
        assertThat(program.words()).startsWith("-i", "-f", "<>", "--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat >/dev/null; echo full >&2; exit 75", "kill -9 $$"})
    void keepsWhatSendmailDoesNotTake(String script) throws Exception {
        StandInProgram program = StandInProgram.at(folder.resolve("sendmail"), script);
        QuarantinePlugin plugin = plugin("release_by", program.path());
        put(plugin);
        String id = id();

        assertThatThrownBy(() -> FakeConsole.run(plugin, "release", id))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(program.path() + ": exit code ");
        assertThat(files(root)).hasSize(1);
    }

    @Test
    void keepsWhatCannotBeReleasedWithoutSendmail() throws Exception {
        QuarantinePlugin plugin = plugin("release_by", folder + "/none");
        put(plugin);
        String id = id();

        assertThatThrownBy(() -> FakeConsole.run(plugin, "release", id))
                .hasMessage(folder + "/none: there is no such file");
        assertThat(files(root)).hasSize(1);
    }

    @Test
    void releasesIntoAMaildir() throws Exception {
        Path maildir = folder.resolve("released");
        QuarantinePlugin plugin = plugin("release_to", maildir.toString());
        put(plugin);

        assertThat(FakeConsole.run(plugin, "release", id()).done()).isTrue();
        assertThat(Files.readString(files(maildir).get(0)))
                .isEqualTo(
                        "Return-Path: <a@example.org>\nDelivered-To: b@example.com\n"
                                + "Delivered-To: j r@example.com\n"
                                + MESSAGE.replace("\r\n", "\n"));
        assertThat(files(root)).isEmpty();
    }

    @Test
    void deletesMessages() throws Exception {
        QuarantinePlugin plugin = plugin();
        put(plugin);
        put(plugin);
        String second = String.valueOf(files(root).get(1).getFileName());
        // as a reader of the maildir does
        Path read = root.resolve("cur").resolve(second + ":2,S");
        Files.move(root.resolve("new").resolve(second), read);

        String first = id();
        FakeConsole.Answer answer = FakeConsole.run(plugin, "delete", first, second, "none");

        assertThat(answer.done()).isFalse();
        assertThat(answer.text().lines())
                .containsExactly(
                        first + ": deleted",
                        second + ": deleted",
                        "none: no such message; quarantine list shows them");
        assertThat(plugin.figures()).contains(Figure.counter("deleted", 2));
        assertThat(read).doesNotExist();
        assertThat(files(root)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "list a b", "show", "show a b", "release", "delete", "drop a"})
    void refusesWordsWithoutSense(String words) {
        String[] all = words.isEmpty() ? new String[0] : words.split(" ", -1);

        assertThatThrownBy(() -> FakeConsole.run(plugin(), all))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findsNoFileElsewhere() throws Exception {
        Files.writeString(folder.resolve("secret"), "secret");
        QuarantinePlugin plugin = plugin();
        put(plugin);

        assertThat(FakeConsole.run(plugin, "show", "../../../secret").done()).isFalse();
    }

    @Test
    void deletesWhatIsTooOld() throws Exception {
        QuarantinePlugin plugin = plugin("days", "2");
        put(plugin);
        Files.setLastModifiedTime(
                files(root).get(0), FileTime.from(Instant.now().minus(Duration.ofDays(3))));
        put(plugin);

        assertThat(FakeConsole.run(plugin, "list").text()).hasLineCount(1);
        assertThat(files(root)).hasSize(1);
        assertThat(plugin.figures()).contains(Figure.counter("expired", 1));
    }

    @Test
    void deletesTheOldestWhenThereIsNoRoom() throws Exception {
        QuarantinePlugin plugin = plugin("max_size", "1");
        String large = "A: b\r\n\r\n" + "x".repeat(400_000) + "\r\n";
        for (int i = 0; i < 4; i++) {
            assertThat(plugin.onQueue(transaction("large " + i).withMessage(large)).action())
                    .isEqualTo(Action.OK);
            Files.setLastModifiedTime(
                    files(root).get(files(root).size() - 1),
                    FileTime.from(Instant.now().minusSeconds(100 - i)));
        }

        assertThat(FakeConsole.run(plugin, "list").text())
                .hasLineCount(2)
                .contains("large 2", "large 3");
    }

    @Test
    void hasTheDocumentedDefaults() {
        QuarantineConfig config = Configs.config(QuarantineConfig.class);

        assertThat(config.path() + config.release__to()).isEmpty();
        assertThat(config.days()).isEqualTo(30);
        assertThat(config.max__size()).isEqualTo(1024);
        assertThat(config.release__by()).isEqualTo("/usr/sbin/sendmail");
        assertThatThrownBy(() -> plugin("release_by", "sendmail"))
                .hasMessage("release_by 'sendmail' is not an absolute path");
    }
}
