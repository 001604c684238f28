package org.qpsmtpd.plugin.queue.maildir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

/** Quotas as Maildir++ has them. */
class MaildirQuotaTest {
    private static final String MESSAGE = "Subject: a test\n\nHello\n";

    private final Path directory;
    private final FakeConnection connection = FakeConnection.create();

    MaildirQuotaTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private MaildirPlugin plugin(String subdir, String quota) {
        return new MaildirPlugin(
                Configs.config(
                        MaildirConfig.class,
                        Map.of("path", directory.toString(), "subdir", subdir, "quota", quota)));
    }

    private FakeTransaction mail(String... recipients) {
        FakeTransaction mail = FakeTransaction.on(connection).withMessage(MESSAGE);
        for (String recipient : recipients) {
            mail.withRecipient(recipient);
        }
        return mail;
    }

    private Action deliver(MaildirPlugin plugin) {
        return plugin.onQueue(mail("u@example.com")).action();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Path sizes() {
        return directory.resolve("maildirsize");
    }

    @Test
    void refusesWhatWouldBeTooMuch() throws IOException {
        MaildirPlugin plugin = plugin("", "2C");

        assertThat(deliver(plugin)).isEqualTo(Action.OK);
        assertThat(deliver(plugin)).isEqualTo(Action.OK);
        HookResult third = plugin.onQueue(mail("u@example.com"));

        assertThat(third.action()).isEqualTo(Action.DENY);
        assertThat(third.text()).isEqualTo("Mailbox is full (#5.2.2)");
        assertThat(third.reason()).isEqualTo("fail: no room in " + directory);
        assertThat(names(directory.resolve("new"))).hasSize(2);
        assertThat(names(directory.resolve("tmp"))).isEmpty();
    }

    @Test
    void tellsTheSizeInTheNameAndInTheFile() throws IOException {
        deliver(plugin("", "100000S,10C"));

        Path file = directory.resolve("new").resolve(names(directory.resolve("new")).get(0));
        assertThat(file.toString()).endsWith(",S=" + Files.size(file));
        assertThat(Files.readAllLines(sizes()))
                .containsExactly("100000S,10C", "0 0", Files.size(file) + " 1");
    }

    @Test
    void countsOctets() {
        MaildirPlugin plugin = plugin("", "120S");

        assertThat(deliver(plugin)).isEqualTo(Action.OK);
        assertThat(deliver(plugin)).isEqualTo(Action.DENY);
    }

    @Test
    void keepsToTheQuotaThatAMaildirSaysItself() throws IOException {
        MaildirPlugin plugin = plugin("%l", "");
        Path limited = Files.createDirectories(directory.resolve("limited"));
        Files.writeString(limited.resolve("maildirsize"), "1C\n0 0\n");

        assertThat(plugin.onQueue(mail("limited@example.com")).action()).isEqualTo(Action.OK);
        assertThat(plugin.onQueue(mail("limited@example.com")).action()).isEqualTo(Action.DENY);
        assertThat(plugin.onQueue(mail("free@example.com")).action()).isEqualTo(Action.OK);
        assertThat(plugin.onQueue(mail("free@example.com")).action()).isEqualTo(Action.OK);
        assertThat(directory.resolve("free/maildirsize")).doesNotExist();
    }

    @Test
    void countsAnewWhenMailWasDeleted() throws IOException {
        MaildirPlugin plugin = plugin("", "1C");
        deliver(plugin);
        for (String name : names(directory.resolve("new"))) {
            Files.delete(directory.resolve("new").resolve(name));
        }

        assertThat(deliver(plugin)).isEqualTo(Action.OK);
    }

    @Test
    void countsAFullMaildirAgainAfterAQuarterOfAnHour() throws IOException {
        MaildirPlugin plugin = plugin("", "1C");
        deliver(plugin);
        assertThat(deliver(plugin)).isEqualTo(Action.DENY);
        for (String name : names(directory.resolve("new"))) {
            Files.delete(directory.resolve("new").resolve(name));
        }
        Files.setLastModifiedTime(sizes(), FileTime.from(connection.clock().now()));
        assertThat(deliver(plugin)).as("not yet").isEqualTo(Action.DENY);

        Files.setLastModifiedTime(
                sizes(), FileTime.from(connection.clock().now().minus(Duration.ofMinutes(16))));

        assertThat(deliver(plugin)).isEqualTo(Action.OK);
    }

    @Test
    void countsFoldersButNotTheTrash() throws IOException {
        MaildirPlugin plugin = plugin("", "4C");
        for (String folder : List.of("", ".Sent/", ".Trash/")) {
            Files.createDirectories(directory.resolve(folder + "new"));
            Files.createDirectories(directory.resolve(folder + "cur"));
        }
        for (String file :
                List.of("cur/1:2,S", "cur/2:2,ST", ".Sent/cur/3", ".Sent/new/4", ".Trash/cur/5")) {
            Files.writeString(directory.resolve(file), "12345");
        }
        Files.writeString(directory.resolve("cur/6,S=1000:2,"), "1");

        assertThat(deliver(plugin)).isEqualTo(Action.DENY);
        assertThat(Files.readAllLines(sizes())).containsExactly("4C", "1015 4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1C", "1C\n", "no quota\n0 0\n", "1C\nmany 1\n", "9C\n0 0\n", "1C\n\n"})
    void countsAnewWhatTheFileDoesNotSay(String content) throws IOException {
        MaildirPlugin plugin = plugin("", "1C");
        Files.createDirectories(directory.resolve("cur"));
        Files.createDirectories(directory.resolve("new"));
        Files.writeString(directory.resolve("cur/1"), "12345");
        Files.writeString(sizes(), content);

        assertThat(deliver(plugin)).isEqualTo(Action.DENY);
        assertThat(Files.readAllLines(sizes())).containsExactly("1C", "5 1");
    }

    @Test
    void countsAnewAfterManyLines() throws IOException {
        MaildirPlugin plugin = plugin("", "1000C");
        Files.createDirectories(directory.resolve("new"));
        Files.createDirectories(directory.resolve("cur"));
        Files.writeString(sizes(), "1000C\n" + "1 1\n".repeat(2000));

        assertThat(deliver(plugin)).isEqualTo(Action.OK);
        assertThat(Files.readAllLines(sizes())).hasSize(3).startsWith("1000C", "0 0");
    }

    @Test
    void tellsEachWhereTheClientReadsAReplyForEach() throws IOException {
        MaildirPlugin plugin = plugin("%l", "1C");
        plugin.onQueue(mail("full@example.com"));
        FakeTransaction mail = mail("full@example.com", "free@example.com");
        mail.withParameter("prdr", "");
        Recipient full = mail.recipients().get(0);

        assertThat(plugin.onQueue(mail).action()).isEqualTo(Action.OK);
        assertThat(names(directory.resolve("full/new"))).hasSize(1);
        assertThat(names(directory.resolve("free/new"))).hasSize(1);
        assertThat(((FakeRecipient) full).verdict())
                .contains(HookResult.deny("Mailbox is full (#5.2.2)"));
    }

    /** The client takes 250 for all of them. */
    @Test
    void storesForAllWhereTheClientReadsOneReply() throws IOException {
        MaildirPlugin plugin = plugin("%l", "1C");
        plugin.onQueue(mail("full@example.com"));

        assertThat(plugin.onQueue(mail("full@example.com", "free@example.com")).action())
                .isEqualTo(Action.OK);
        assertThat(names(directory.resolve("full/new"))).hasSize(2);
        assertThat(names(directory.resolve("free/new"))).hasSize(1);
    }

    @Test
    void followsNoLink() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "precious\n");
        Path maildir = Files.createDirectories(directory.resolve("u"));
        Files.createSymbolicLink(maildir.resolve("maildirsize"), victim);

        assertThat(deliver(plugin("%l", "9C"))).isEqualTo(Action.OK);
        assertThat(victim).hasContent("precious");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "S", "10X", "10S,", "-1S", "10S 5C"})
    void rejectsWhatIsNoQuota(String quota) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin("", quota))
                .withMessageContaining("quota '" + quota + "'")
                .withMessageContaining("10000000S,1000C");
    }
}
