package org.qpsmtpd.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.core.log.LogRouter;
import org.qpsmtpd.core.log.StreamLog;

class ConfigDirectoryTest {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Path directory;
    private final Path first;
    private final Path second;
    private final LogRouter router =
            new LogRouter(new StreamLog(new PrintStream(log, true, StandardCharsets.UTF_8)));
    private final ConfigDirectory config;

    ConfigDirectoryTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        first = Files.createDirectory(directory.resolve("first"));
        second = Files.createDirectory(directory.resolve("second"));
        config = new ConfigDirectory(List.of(first, second), router);
    }

    private void write(String name, String text) throws IOException {
        Path file = first.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> values(String name) {
        return config.lines(name).stream().map(ConfigLine::text).toList();
    }

    private String logged() {
        router.flush(10_000);
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void leavesOutCommentsAndEmptyLines() throws IOException {
        write("name", "# one\n   # two\n\n \t \n  1st line with content  \n");

        assertThat(config.lines("name"))
                .containsExactly(new ConfigLine("1st line with content", first + "/name", 5));
        assertThat(config.lines("name").get(0).place()).isEqualTo(first + "/name:5");
    }

    @Test
    void keepsCommentSignsInsideALine() throws IOException {
        write("name", "a\r\n  b  # x \nlast");

        assertThat(values("name")).containsExactly("a", "b  # x", "last");
    }

    @Test
    void hasDefaults() {
        assertThat(config.value("timeout")).contains("1200");
        assertThat(config.value("me")).isPresent();
        assertThat(config.lines("no_such_file")).isEmpty();
    }

    @Test
    void takesZeroForAValue() throws IOException {
        write("timeout", "0\n");

        assertThat(config.value("timeout")).contains("0");
        assertThat(config.number("timeout", 5)).isZero();
    }

    @Test
    void readsTheMostImportantDirectory() throws IOException {
        Files.writeString(second.resolve("me"), "second.example.org\n");
        Files.writeString(second.resolve("other"), "second\n");
        write("me", "host.example.org\n");

        assertThat(values("me")).containsExactly("host.example.org");
        assertThat(values("other")).containsExactly("second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "../secret",
                "/etc/passwd",
                "a/b/c",
                ".hidden",
                "a\0b",
                "a/../secret",
                "a/..",
                "a/.hidden",
                "a/",
                "/a"
            })
    void readsOnlyPlainNames(String name) throws IOException {
        Files.writeString(directory.resolve("secret"), "secret\n");
        write(".hidden", "secret\n");
        write("a/b/c", "secret\n");
        write("a/.hidden", "secret\n");

        assertThat(config.lines(name)).isEmpty();
        assertThat(config.map(name, "key")).isEmpty();
    }

    @Test
    void readsAFileInAFolder() throws IOException {
        write("peers/0", "rcpt_ok\n");

        assertThat(values("peers/0")).containsExactly("rcpt_ok");
    }

    @Test
    void noticesFilesThatComeAndGo() throws IOException {
        assertThat(config.namesIn("peers")).isEmpty();
        List<String> changed = new ArrayList<>();
        config.onChange(changed::add);
        write("peers/10.1", "rcpt_ok\n");
        write("peers/.hidden", "rcpt_ok\n");
        config.refresh();
        config.refresh();

        assertThat(changed).containsExactly("peers");
        assertThat(config.namesIn("peers")).containsExactly("10.1");
        Files.delete(first.resolve("peers/10.1"));
        config.refresh();
        assertThat(changed).containsExactly("peers", "peers");
        assertThat(config.namesIn("peers")).isEmpty();
    }

    @Test
    void readsTheSampleOfRelayClients() throws IOException {
        write("relayclients", "# comment\n127.0.0.1\n\n  192.0.  \n2001:DB8::1/32\n");

        assertThat(values("relayclients")).containsExactly("127.0.0.1", "192.0.", "2001:DB8::1/32");
    }

    @Test
    void includesFilesAndDirectories() throws IOException {
        write("name", "a\n$include part\n$include parts\n$include " + second + "/far\nz\n");
        write("part", "b\n# no\n");
        write("parts/2", "d\n");
        write("parts/1", "c\n");
        write("parts/.hidden", "no\n");
        write("parts/sub/deep", "no\n");
        Files.writeString(second.resolve("far"), "e\n");

        assertThat(values("name")).containsExactly("a", "b", "c", "d", "e", "z");
        assertThat(logged()).isEmpty();
    }

    @Test
    void includesTheSameFileTwice() throws IOException {
        write("name", "$include part\n$include part\n");
        write("part", "b\n");

        assertThat(values("name")).containsExactly("b", "b");
        assertThat(logged()).isEmpty();
    }

    @Test
    void reportsALoopAndGoesOn() throws IOException {
        write("name", "a\n$include one\nz\n");
        write("one", "b\n$include two\n");
        write("two", "c\n$include one\n$include name\n");

        assertThat(values("name")).containsExactly("a", "b", "c", "z");
        assertThat(logged())
                .contains(first + "/two:2: $include leads back to " + first + "/one, ")
                .contains(first + "/two:3: $include leads back to " + first + "/name, ");
    }

    @Test
    void doesNotKnowAListWhoseIncludeIsMissing() throws IOException {
        String fault = "/name:2: $include names nowhere, and there is no such file";
        write("name", "a\n$include nowhere\nb\n");

        assertThatThrownBy(() -> config.lines("name"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(first + fault);
        assertThat(logged()).containsOnlyOnce(first + fault);
        assertThat(config.failures()).singleElement().asString().startsWith(first + fault);
        assertThat(config.findings()).singleElement().asString().startsWith(first + fault);

        write("nowhere", "x\n");
        config.refresh();
        assertThat(values("name")).containsExactly("a", "x", "b");
        assertThat(logged()).contains("name can be read again");
        assertThat(config.findings()).isEmpty();
    }

    @Test
    void keepsWhatItKnewWhenAnIncludeGoes() throws IOException {
        write("name", "a\n$include part\n");
        write("part", "b\n");
        assertThat(values("name")).containsExactly("a", "b");

        Files.delete(first.resolve("part"));
        config.refresh();
        assertThat(values("name")).containsExactly("a", "b");
        assertThat(logged())
                .contains(first + "/name:2: $include names part, and there is no such file")
                .contains("; what was read before stays in use until it can be");
    }

    @Test
    void takesAnIncludeThatMayBeMissingForNothing() throws IOException {
        write("name", "a\n$include nowhere optional\n$include /no/such \t optional\nb\n");

        assertThat(values("name")).containsExactly("a", "b");
        assertThat(logged()).isEmpty();
        write("nowhere", "x\n");
        config.refresh();
        assertThat(values("name")).containsExactly("a", "x", "b");
    }

    @Test
    void doesNotTakeALinkThatLeadsNowhereForAbsent() throws IOException {
        Files.writeString(second.resolve("name"), "second\n");
        Files.createSymbolicLink(first.resolve("name"), Path.of("target"));
        write("folder/good", "good\n");
        Files.createSymbolicLink(first.resolve("folder/bad"), Path.of("nowhere"));
        write("parts", "$include folder\n");

        assertThatThrownBy(() -> config.lines("name"))
                .hasMessage(first + "/name: cannot be read: it is a link that leads nowhere");
        assertThatThrownBy(() -> config.lines("parts"))
                .hasMessage(first + "/folder/bad: cannot be read: it is a link that leads nowhere");
        write("target", "found\n");
        config.refresh();
        assertThat(values("name")).containsExactly("found");
    }

    /** Such as a sample in which every line is a comment. */
    @Test
    void looksBehindAFileWithoutValues() throws IOException {
        write("rcpthosts", "# example.com\n\n");
        Files.writeString(second.resolve("rcpthosts"), "example.net\n");

        assertThat(values("rcpthosts")).containsExactly("example.net");
        write("rcpthosts", "example.com\n");
        config.refresh();
        assertThat(values("rcpthosts")).containsExactly("example.com");
        write("rcpthosts", "#\n");
        config.refresh();
        assertThat(values("rcpthosts")).containsExactly("example.net");
    }

    @Test
    void hidesAFileBehindALinkToNothing() throws IOException {
        Files.createSymbolicLink(first.resolve("rcpthosts"), Path.of("/dev/null"));
        Files.writeString(second.resolve("rcpthosts"), "example.net\n");

        assertThat(values("rcpthosts")).isEmpty();
    }

    @Test
    void takesAByteOrderMarkOff() throws IOException {
        write("name", "\uFEFFexample.com\n$include part\n");
        write("part", "\uFEFF# a comment\nexample.net\n");

        assertThat(values("name")).containsExactly("example.com", "example.net");
        assertThat(logged()).isEmpty();
    }

    @Test
    void tellsOddCharactersWithTheirPlace() throws IOException {
        write("name", "# no\u00A0entry\nexample.com\u00A0\nb\uFEFFc\nm\u00FCnchen.example\n");

        assertThat(config.lines("name")).hasSize(3);
        assertThat(logged())
                .contains(first + "/name:2: has the character U+00A0 (no-break space), which")
                .contains(first + "/name:3: has the character U+FEFF (zero width no-break space), ")
                .doesNotContain("name:1:")
                .doesNotContain("name:4:");
    }

    @Test
    void tellsSomeOfManyOddCharacters() throws IOException {
        write("name", "x\u0000\n".repeat(1_000));

        assertThat(config.lines("name")).hasSize(1_000);
        assertThat(config.findings()).hasSize(21).contains("name: so have 980 more of its lines");
    }

    @Test
    void saysWhatIsWrongBeforeSomebodyAsks() throws IOException {
        write("badmailfrom", "$include nowhere\n");

        config.readAhead(List.of("badmailfrom", "badrcptto"));
        assertThat(logged()).contains(first + "/badmailfrom:1: $include names nowhere, ");
    }

    @Test
    void saysWhatCannotBeRead() throws IOException {
        write("name", "$include folder/\n");
        Files.createDirectory(first.resolve("folder"));
        Files.write(first.resolve("latin"), new byte[] {'a', (byte) 0xe9, '\n'});

        assertThat(values("name")).isEmpty();
        assertThat(values("latin")).containsExactly("a\ufffd");
    }

    private void touch(String name, String text, long millis) throws IOException {
        write(name, text);
        Files.setLastModifiedTime(first.resolve(name), FileTime.fromMillis(millis));
    }

    @Test
    void seesAChangedFileAfterRefresh() throws IOException {
        List<String> changed = new ArrayList<>();
        config.onChange(changed::add);
        touch("name", "old\n", 1_000);
        touch("other", "same\n", 1_000);
        List<ConfigLine> before = config.lines("name");
        List<ConfigLine> other = config.lines("other");
        long version = config.version();

        config.refresh();
        assertThat(config.lines("name")).isSameAs(before);
        touch("name", "new\n", 2_000);
        touch("other", "same\n", 2_000);
        assertThat(config.lines("name")).isSameAs(before);
        config.refresh();

        assertThat(values("name")).containsExactly("new");
        assertThat(config.lines("other")).isSameAs(other);
        assertThat(changed).containsExactly("name");
        assertThat(config.version()).isEqualTo(version + 1);
    }

    @Test
    void seesFilesComeAndGo() throws IOException {
        assertThat(values("name")).isEmpty();
        write("name", "here\n");
        config.refresh();
        assertThat(values("name")).containsExactly("here");
        Files.delete(first.resolve("name"));
        config.refresh();
        assertThat(values("name")).isEmpty();
    }

    @Test
    void seesChangesOfWhatIsIncluded() throws IOException {
        touch("name", "$include part\n$include parts\n", 1_000);
        touch("part", "old\n", 1_000);
        touch("parts/1", "one\n", 1_000);
        Files.setLastModifiedTime(first.resolve("parts"), FileTime.fromMillis(1_000));
        assertThat(values("name")).containsExactly("old", "one");

        touch("part", "new\n", 2_000);
        touch("parts/2", "two\n", 2_000);
        config.refresh();

        assertThat(values("name")).containsExactly("new", "one", "two");
    }

    @Test
    void readsEverythingAgainOnReload() throws IOException {
        touch("name", "old\n", 1_000);
        assertThat(values("name")).containsExactly("old");
        touch("name", "new\n", 1_000);

        config.reload();

        assertThat(values("name")).containsExactly("new");
    }

    @Test
    void looksUpMaps() throws IOException {
        Files.write(
                first.resolve("users.cdb"),
                CdbFileTest.cdb(List.of("!example.com-", "joe"), List.of("", "here")));

        assertThat(config.map("users", "joe")).contains("here");
        assertThat(config.map("users", "!example.com-")).contains("");
        assertThat(config.map("users", "nobody")).isEmpty();
        assertThat(config.map("nothing", "joe")).isEmpty();
    }

    @Test
    void saysWhenAMapIsNone() throws IOException {
        Files.write(first.resolve("users.cdb"), new byte[100]);

        assertThatThrownBy(() -> config.map("users", "joe"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("users.cdb: cannot be read: not a constant database");
    }

    @Test
    void aFileThatCannotBeReadIsNoEmptyFile() throws IOException {
        Path file = first.resolve("rcpthosts");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(64 * 1024 * 1024 + 1);
        }

        assertThatThrownBy(() -> config.lines("rcpthosts"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file + ": cannot be read: larger than");
        assertThat(logged()).contains(file + ": cannot be read");

        Files.writeString(file, "example.com\n");
        config.refresh();
        assertThat(config.list("rcpthosts")).containsExactly("example.com");
    }

    /** A link that leads to itself: it is there, and nobody can read it, not even root. */
    private void makeUnreadable(String name) throws IOException {
        Path path = first.resolve(name);
        Files.deleteIfExists(path);
        Files.createSymbolicLink(path, path);
    }

    private void refreshTwice() {
        config.refresh();
        config.refresh();
    }

    @Test
    void keepsWhatWasReadUntilTheFileCanBeReadAgain() throws IOException {
        write("rcpthosts", "old.example\n");
        List<ConfigLine> before = config.lines("rcpthosts");
        makeUnreadable("rcpthosts");
        refreshTwice();
        assertThat(config.lines("rcpthosts")).isSameAs(before);
        assertThat(logged().lines())
                .singleElement()
                .asString()
                .contains(first + "/rcpthosts: cannot be read: ")
                .contains("stays in use");
        assertThat(config.failures()).hasSize(1);

        Files.delete(first.resolve("rcpthosts"));
        write("rcpthosts", "new.example\n");
        refreshTwice();
        assertThat(config.list("rcpthosts")).containsExactly("new.example");
        assertThat(logged().lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("rcpthosts can be read again");
        assertThat(config.failures()).isEmpty();
    }

    @Test
    void keepsWhatWasReadWhileAnIncludedFolderCannotBeRead() throws IOException {
        write("rcpthosts", "$include hosts\n");
        write("hosts/1", "one.example\n");
        assertThat(config.list("rcpthosts")).containsExactly("one.example");
        Files.move(first.resolve("hosts"), first.resolve("aside"));
        makeUnreadable("hosts");
        refreshTwice();
        assertThat(config.list("rcpthosts")).containsExactly("one.example");
        assertThat(logged()).contains(first + "/hosts: cannot be read: ");
    }

    @Test
    void keepsAMapUntilItCanBeReadAgain() throws IOException {
        Path file = first.resolve("users.cdb");
        Files.write(file, CdbFileTest.cdb(List.of("joe"), List.of("old")));
        assertThat(config.map("users", "joe")).contains("old");
        makeUnreadable("users.cdb");
        refreshTwice();
        assertThat(config.map("users", "joe")).contains("old");
        assertThat(logged().lines()).hasSize(1).first().asString().contains("stays in use");
        assertThat(config.failures()).hasSize(1);

        Files.delete(file);
        Files.write(file, CdbFileTest.cdb(List.of("joe"), List.of("new")));
        refreshTwice();
        assertThat(config.map("users", "joe")).contains("new");
        assertThat(logged()).contains("users.cdb can be read again");
        Files.delete(file);
        config.refresh();
        assertThat(config.map("users", "joe")).isEmpty();
    }

    @Test
    void anUnreadableMapIsNoMissingOne() throws IOException {
        makeUnreadable("users.cdb");
        assertThatThrownBy(() -> config.map("users", "joe"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("users.cdb: cannot be read: ");
    }

    /** Within a tick of the file system's clock the file looks the same after a change. */
    @Test
    void seesAChangeThatComesRightAfterTheReading() throws IOException {
        for (int i = 0; i < 100; i++) {
            String name = "name" + i;
            write(name, "old\n");
            assertThat(values(name)).containsExactly("old");
            write(name, "new\n");
            config.refresh();
            assertThat(values(name)).as("round %d", i).containsExactly("new");
        }
    }

    @Test
    void readsNoDeviceButTheEmptyOne() throws IOException {
        Files.createSymbolicLink(first.resolve("rcpthosts"), Path.of("/dev/zero"));
        Files.createSymbolicLink(first.resolve("badhelo"), Path.of("/dev/null"));

        assertThatThrownBy(() -> config.lines("rcpthosts"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("rcpthosts: cannot be read: is no file");
        assertThat(config.list("badhelo")).isEmpty();
        Files.delete(first.resolve("rcpthosts"));
        Files.delete(first.resolve("badhelo"));
    }
}
