package org.qpsmtpd.plugin.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** Which messages are kept, where, and what is left of others. */
@Timeout(60)
final class ArchivePluginTest {
    private final Path root;
    private final FakeTransaction transaction =
            FakeTransaction.on(
                            FakeConnection.create()
                                    .withClock(
                                            new FakeClock(Instant.parse("2026-11-30T23:59:59Z"))))
                    .withMessage("Subject: x\r\n\r\nhello\r\n")
                    .withSender("a@example.org")
                    .withRecipient("b@example.com")
                    .withRecipient("c@example.com")
                    .withRecipient("d@example.net");

    ArchivePluginTest(@TempDir Path folder) {
        root = folder.resolve("archive");
    }

    private ArchivePlugin plugin(String... options) {
        Map<String, String> values = new HashMap<>(Map.of("path", root.toString()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new ArchivePlugin(Configs.config(ArchiveConfig.class, values));
    }

    /** The maildirs of the files in such a part of theirs. */
    private List<String> files(String part) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.resolve(".."))
                    .filter(folder -> folder.normalize().endsWith(part))
                    .map(folder -> root.relativize(folder.resolve("..").normalize()).toString())
                    .sorted()
                    .toList();
        }
    }

    private String onlyCopy(String maildir) throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(maildir).resolve("new"))) {
            return Files.readString(all.findFirst().orElseThrow());
        }
    }

    @Test
    void keepsACopyOfTheDay() throws IOException {
        ArchivePlugin plugin = plugin();

        assertThat(plugin.onQueuePre(transaction)).isEqualTo(HookResult.pass("copy written"));
        assertThat(files("tmp")).containsExactly("2026/11/30");
        assertThat(files("new")).isEmpty();
        plugin.onResetTransaction(transaction.withQueued());
        assertThat(files("tmp")).isEmpty();
        assertThat(onlyCopy("2026/11/30"))
                .isEqualTo(
                        """
                        Return-Path: <a@example.org>
                        Delivered-To: b@example.com
                        Delivered-To: c@example.com
                        Delivered-To: d@example.net
                        Subject: x

                        hello
                        """);
    }

    @Test
    void keepsACopyForEachPlaceOfThePattern() throws IOException {
        ArchivePlugin plugin = plugin("subdir", "%d/%Y-%m");
        var unused = plugin.onQueuePre(transaction);
        plugin.onResetTransaction(transaction.withQueued());

        assertThat(files("new")).containsExactly("example.com/2026-11", "example.net/2026-11");
        assertThat(onlyCopy("example.com/2026-11"))
                .contains("Delivered-To: b@", "Delivered-To: c@")
                .doesNotContain("Delivered-To: d@");
    }

    @Test
    void keepsAllInOneMaildirWithoutAPattern() throws IOException {
        ArchivePlugin plugin = plugin("subdir", "");
        var unused = plugin.onQueuePre(transaction);
        plugin.onResetTransaction(transaction.withQueued());

        assertThat(files("new")).containsExactly("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void keepsNothingThatWasNotAccepted(String durable) throws IOException {
        ArchivePlugin plugin = plugin("durable", durable);
        var unused = plugin.onQueuePre(transaction);
        plugin.onResetTransaction(transaction);

        assertThat(files("new")).isEmpty();
        assertThat(files("tmp")).isEmpty();
    }

    @Test
    void keepsWhatWasAcceptedForSome() throws IOException {
        ArchivePlugin plugin = plugin();
        var unused = plugin.onQueuePre(transaction);
        transaction.recipients().get(1).settle(HookResult.OK);
        plugin.onResetTransaction(transaction);

        assertThat(files("new")).hasSize(1);
    }

    @Test
    void keepsNothingOfATransactionWithoutAMessage() throws IOException {
        plugin().onResetTransaction(transaction.withQueued());

        assertThat(files("new")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true, DENYSOFT", "false, DECLINED"})
    void saysWhenNoCopyCanBeKept(String durable, Action action) throws IOException {
        Files.writeString(root, "in the way");
        HookResult answer = plugin("durable", durable).onQueuePre(transaction);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).startsWith("error: " + root);
        if (action == Action.DENYSOFT) {
            assertThat(answer.code()).isEqualTo(451);
            assertThat(answer.text()).isEqualTo("Unable to archive the message (#4.3.0)");
        }
    }

    @Test
    void leavesNothingOfAMessageThatCannotBeRead() throws IOException {
        HookResult answer = plugin().onQueuePre(transaction.withUnreadableMessage());

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(files("tmp")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "%Y/..", "%Q", "%d/../x"})
    void refusesWrongPatterns(String pattern) {
        assertThatThrownBy(() -> plugin("subdir", pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("subdir '");
    }

    @Test
    void hasTheDocumentedDefaults() {
        ArchiveConfig config = Configs.config(ArchiveConfig.class);

        assertThat(config.subdir()).isEqualTo("%Y/%m/%D");
        assertThat(config.mode()).isEqualTo("700");
        assertThat(config.durable()).isTrue();
        assertThatThrownBy(() -> new ArchivePlugin(config))
                .hasMessageStartingWith("path is missing");
    }
}
