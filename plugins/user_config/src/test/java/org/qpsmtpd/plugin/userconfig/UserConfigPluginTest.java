package org.qpsmtpd.plugin.userconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.plugin.badmailfrom.BadmailfromPlugin;
import org.qpsmtpd.plugin.badmailfromto.BadmailfromtoPlugin;
import org.qpsmtpd.plugin.badrcptto.BadrcpttoPlugin;
import org.qpsmtpd.plugin.rcptlist.RcptListPlugin;
import org.qpsmtpd.plugin.rcptok.RcptOkPlugin;
import org.qpsmtpd.plugin.whitelist.WhitelistPlugin;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class UserConfigPluginTest {
    private static final Address JOE = new Address("joe", "example.com");

    private final AtomicLong nanos = new AtomicLong();
    private final Path root;
    private final Path home;

    UserConfigPluginTest(@TempDir Path root) throws IOException {
        this.root = root;
        home = Files.createDirectories(root.resolve("people"));
    }

    private UserConfigPlugin plugin(Map<String, ?> options, String... patterns) {
        Map<String, Object> all = new HashMap<>(options);
        all.put("pattern", patterns[0]);
        all.put("more", List.of(patterns).subList(1, patterns.length).toArray(String[]::new));
        return new UserConfigPlugin(Configs.config(UserConfigConfig.class, all), root, nanos::get);
    }

    private UserConfigPlugin plugin() {
        return plugin(Map.of(), "people/%h/%u");
    }

    private Path write(String file, String content) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    private void pass() {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void findsTheFileByLocalPartHostAndAddress() throws IOException {
        write("people/testuser_testhost_testuser@testhost/testfield", "testdata");
        UserConfigPlugin plugin = plugin(Map.of(), home + "/%u_%h_%a");
        Address address = new Address("testuser", "testhost");

        assertThat(plugin.onUserConfig(address, "testfield")).contains(List.of("testdata"));
        assertThat(plugin.onUserConfig(address, "noconfig")).isEmpty();
    }

    @Test
    void looksInHomesByDefault() {
        UserConfigConfig usual = Configs.config(UserConfigConfig.class);

        assertThat(FolderPattern.parse(usual.pattern(), root))
                .isEqualTo(new FolderPattern(Path.of("/home"), List.of("%u", ".qpsmtpd")));
    }

    @Test
    void readsLinesAsInAnyFile() throws IOException {
        write("people/example.com/joe/list", "\uFEFF# mine\r\n\n  a b \r\n\tc\n#d\n");
        write("people/example.com/joe/empty", "");

        assertThat(plugin().onUserConfig(JOE, "list")).contains(List.of("a b", "c"));
        assertThat(plugin().onUserConfig(JOE, "empty")).as("it is there").contains(List.of());
    }

    @Test
    void theFirstFolderThatHasTheFileCounts() throws IOException {
        write("people/example.com/joe/one", "of joe");
        write("domains/example.com/one", "of the domain");
        write("domains/example.com/two", "of the domain");
        UserConfigPlugin plugin = plugin(Map.of(), "people/%h/%u", root + "/domains/%h");

        assertThat(plugin.onUserConfig(JOE, "one")).contains(List.of("of joe"));
        assertThat(plugin.onUserConfig(JOE, "two")).contains(List.of("of the domain"));
        assertThat(plugin.onUserConfig(new Address("ann", "example.com"), "one"))
                .contains(List.of("of the domain"));
        assertThat(plugin.onUserConfig(new Address("postmaster", ""), "one")).isEmpty();
    }

    @Test
    void anyLetterCaseAndSpellingOfTheHostIsTheSame() throws IOException {
        write("people/xn--mnchen-3ya.example/joe/list", "here");
        Address shouted = new Address("JOE", "M\u00dcNCHEN.example.");

        assertThat(plugin().onUserConfig(shouted, "list")).contains(List.of("here"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "../secret",
                "../../secret",
                "joe/../../secret",
                "/etc",
                "./joe",
                ".hidden",
                "a/b",
                ""
            })
    void noLocalPartLeadsElsewhere(String user) throws IOException {
        write("secret/list", "secret");
        write("people/list", "secret");
        write("people/.hidden/list", "secret");
        write("people/a/b/list", "secret");
        write("people/example.com/list", "secret");
        write("list", "secret");
        Address address = new Address(user, "example.com");

        assertThat(plugin().onUserConfig(address, "list")).isEmpty();
        assertThat(plugin(Map.of(), "people/%u").onUserConfig(address, "list")).isEmpty();
        assertThat(plugin(Map.of(), "people/%u/%h").onUserConfig(address, "list")).isEmpty();
        Address host = new Address("joe", user);
        assertThat(plugin(Map.of(), "people/%h").onUserConfig(host, "list")).isEmpty();
    }

    @Test
    void aLocalPartMayBeLongerThanAName() throws IOException {
        write("people/example.com/" + "u".repeat(255) + "/list", "long");
        String wide = "\u00fc".repeat(128);

        assertThat(plugin().onUserConfig(new Address("u".repeat(255), "example.com"), "list"))
                .contains(List.of("long"));
        for (String user : List.of("u".repeat(256), "u".repeat(100_000), wide)) {
            assertThat(plugin().onUserConfig(new Address(user, "example.com"), "list")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../list", "/list", "a/../list", "a/", "a//b", "a/.b", "a\0"})
    void noNameLeadsElsewhere(String name) throws IOException {
        write("people/example.com/list", "other");
        write("people/example.com/joe/list", "joe");

        assertThat(plugin().onUserConfig(JOE, name)).isEmpty();
    }

    @Test
    void aNameMayHaveAFolder() throws IOException {
        write("people/example.com/joe/peers/0", "x");

        assertThat(plugin().onUserConfig(JOE, "peers/0")).contains(List.of("x"));
        assertThat(plugin().onUserConfig(JOE, "peers")).as("a folder").isEmpty();
    }

    @Test
    void theNullSenderHasNoFiles() throws IOException {
        write("people/list", "x");

        assertThat(plugin().onUserConfig(Address.NULL, "list")).isEmpty();
    }

    @Test
    void linksBelowTheFixedPartAreNotFollowed() throws IOException {
        Path secret = write("secret/list", "secret");
        Path joe = Files.createDirectories(home.resolve("example.com/joe"));
        Files.createSymbolicLink(joe.resolve("list"), secret);
        Files.createSymbolicLink(home.resolve("example.com/ann"), secret.getParent());
        Files.createSymbolicLink(home.resolve("example.org"), joe.getParent());
        Address ann = new Address("ann", "example.com");
        Address elsewhere = new Address("ann", "example.org");

        for (Address address : List.of(JOE, ann, elsewhere)) {
            assertThat(plugin().onUserConfig(address, "list")).isEmpty();
            assertThat(plugin(Map.of("links", true), "people/%h/%u").onUserConfig(address, "list"))
                    .contains(List.of("secret"));
        }
    }

    @Test
    void linksInTheFixedPartAreFollowed() throws IOException {
        write("people/example.com/joe/list", "joe");
        Files.createSymbolicLink(root.resolve("users"), home);

        assertThat(plugin(Map.of(), "users/%h/%u").onUserConfig(JOE, "list"))
                .contains(List.of("joe"));
    }

    @Test
    void whatIsNoFileOrTooLongIsNotRead() throws Exception {
        Path joe = Files.createDirectories(home.resolve("example.com/joe"));
        new ProcessBuilder("mkfifo", joe.resolve("pipe").toString()).start().waitFor();
        write("people/example.com/joe/long", "x".repeat(UserFiles.LARGEST + 1));
        write("people/example.com/joe/most", "x".repeat(UserFiles.LARGEST));

        assertThat(plugin().onUserConfig(JOE, "pipe")).isEmpty();
        assertThat(plugin().onUserConfig(JOE, "long")).isEmpty();
        assertThat(plugin().onUserConfig(JOE, "most")).isPresent();
    }

    @Test
    void changesAreNoticedWithinASecond() throws IOException {
        UserConfigPlugin plugin = plugin();
        assertThat(plugin.onUserConfig(JOE, "list")).isEmpty();
        Path file = write("people/example.com/joe/list", "one");
        assertThat(plugin.onUserConfig(JOE, "list")).as("looked at a moment ago").isEmpty();
        pass();
        Optional<List<String>> first = plugin.onUserConfig(JOE, "list");
        assertThat(first).contains(List.of("one"));
        pass();
        assertThat(plugin.onUserConfig(JOE, "list").orElseThrow()).isSameAs(first.orElseThrow());
        Files.writeString(file, "two");
        pass();
        assertThat(plugin.onUserConfig(JOE, "list")).contains(List.of("two"));
        Files.delete(file);
        pass();
        assertThat(plugin.onUserConfig(JOE, "list")).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadCountsAsItWas() throws IOException {
        Path file = write("people/example.com/joe/list", "one");
        UserConfigPlugin plugin = plugin();
        assertThat(plugin.onUserConfig(JOE, "list")).isPresent();

        Files.delete(file);
        Files.createSymbolicLink(file, root.resolve("nowhere"));
        pass();

        assertThat(plugin.onUserConfig(JOE, "list")).contains(List.of("one"));
    }

    @Test
    void strangersDoNotFillTheMemory() throws IOException {
        write("people/example.com/joe/list", "joe");
        UserConfigPlugin plugin = plugin();

        for (int i = 0; i < 25_000; i++) {
            assertThat(plugin.onUserConfig(new Address("u" + i, "example.com"), "list")).isEmpty();
        }

        assertThat(plugin.onUserConfig(JOE, "list")).contains(List.of("joe"));
        assertThat(plugin.kept()).isLessThanOrEqualTo(10_000);
    }

    @ParameterizedTest
    @CsvSource({
        "/home/all, is the same for all",
        "'', is the same for all",
        "~/%u, is written for a shell",
        "$HOME/%u, is written for a shell",
        "/home/%d, has another placeholder",
        "/home/%, has another placeholder",
        "/home/%u/../%h, climbs behind a placeholder"
    })
    void refusesOtherPatterns(String pattern, String said) {
        assertThatThrownBy(() -> plugin(Map.of(), pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    private TestServer.Builder server() {
        return TestServer.builder()
                .config("rcpthosts", "example.com", "example.net")
                .config("badmailfromto", "boss@test.net ann@example.com")
                .plugin("user_config", plugin(Map.of(), "people/%h/%u", "domains/%h"))
                .plugin("badmailfrom", made(BadmailfromPlugin.class, "per_recipient"))
                .plugin("badmailfromto", new BadmailfromtoPlugin())
                .plugin("badrcptto", made(BadrcpttoPlugin.class))
                .plugin("whitelist", made(WhitelistPlugin.class, "per_recipient"))
                .plugin("rcpt_list", made(RcptListPlugin.class))
                .plugin("rcpt_ok", new RcptOkPlugin());
    }

    private static Object made(Class<?> type, String... flags) {
        Map<String, Object> options = new HashMap<>();
        for (String flag : flags) {
            options.put(flag, true);
        }
        return MadePlugin.of(type, options);
    }

    @Test
    void pluginsAskForTheFilesOfARecipient() throws Exception {
        write("people/example.com/joe/badmailfrom", "@spam.test joe does not read you");
        write("people/example.com/joe/badmailfromto", "boss@test.net joe@example.com");
        write("people/example.com/joe/whitelistsenders", "friend@test.net");
        write(
                "domains/example.com/goodrcptto",
                "joe@example.com\nann@example.com\nold@example.com");
        write("domains/example.com/badrcptto", "old@example.com has left");

        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("HELO client.test");
            client.send("MAIL FROM:<a@spam.test>");
            assertThat(client.send("RCPT TO:<joe@example.com>").text())
                    .contains("joe does not read you");
            assertThat(client.send("RCPT TO:<JOE@Example.com>").code()).isEqualTo(550);
            assertThat(client.send("RCPT TO:<ann@example.com>").code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<old@example.com>").text()).contains("has left");
            assertThat(client.send("RCPT TO:<bob@example.com>").text())
                    .contains("invalid recipient bob@example.com");
            assertThat(client.send("RCPT TO:<bob@example.net>").code())
                    .as("a domain without a list")
                    .isEqualTo(250);
            client.send("RSET");
            client.send("MAIL FROM:<boss@test.net>");
            assertThat(client.send("RCPT TO:<joe@example.com>").code()).isEqualTo(550);
            assertThat(client.send("RCPT TO:<ann@example.com>").code()).isEqualTo(550);
            client.send("RSET");
            client.send("MAIL FROM:<friend@test.net>");
            assertThat(client.send("RCPT TO:<joe@example.com>").code()).isEqualTo(250);
            server.awaitLog("recipient is whitelisted by whitelistsenders");
        }
    }
}
