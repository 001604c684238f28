package org.qpsmtpd.plugin.help;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;

class HelpPluginTest {
    private final Path home;
    private final Path helpDirectory;

    HelpPluginTest(@TempDir Path home) {
        this.home = home;
        this.helpDirectory = home.resolve("texts");
    }

    @BeforeEach
    void writeTexts() throws IOException {
        Files.createDirectory(helpDirectory);
        Files.writeString(
                helpDirectory.resolve("rcpt"), "RCPT TO:<address>\r\n names a recipient\n");
        Files.writeString(helpDirectory.resolve("empty"), "");
        Files.writeString(home.resolve("secret"), "secret\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void explainsItselfWithoutACommand(String argument) {
        assertThat(help(argument, "help_dir", helpDirectory.toString()))
                .isEqualTo(HookResult.ok("Try 'HELP COMMAND' for getting help on COMMAND"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rcpt", "RCPT", " Rcpt  to"})
    void showsTheCommandsFile(String argument) {
        assertThat(help(argument, "help_dir", helpDirectory.toString()))
                .isEqualTo(HookResult.ok("RCPT TO:<address>\n names a recipient"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail", "empty"})
    void saysWhenThereIsNoHelp(String command) {
        assertThat(help(command, "help_dir", helpDirectory.toString()))
                .isEqualTo(HookResult.ok("No help available for SMTP command: " + command));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../secret", "..", ".", "/etc/passwd", "a/b", "a.b", "m\u00e4il", "a\0b"})
    void neverReadsAFileElsewhere(String command) {
        assertThat(help(command, "help_dir", helpDirectory.toString()))
                .isEqualTo(HookResult.deny("Invalid command name").withCode(502));
    }

    @Test
    void showsTheFileGivenForACommand() {
        String secret = home.resolve("secret").toString();
        assertThat(help("tls", "TLS", secret)).isEqualTo(HookResult.ok("secret"));
        assertThat(help("x", "x", "rcpt", "help_dir", helpDirectory.toString()).text())
                .startsWith("RCPT TO");
    }

    @Test
    void knowsNoDirectoryWhenOnlyFilesAreGiven() {
        assertThat(help("rcpt", "tls", home.resolve("secret").toString()))
                .isEqualTo(HookResult.ok("No help available for SMTP command: rcpt"));
    }

    @Test
    void treatsAMissingFileAsEmpty() {
        assertThat(help("tls", "tls", home.resolve("missing").toString()))
                .isEqualTo(HookResult.ok("No help available for SMTP command: tls"));
    }

    @Test
    void doesNotShowADirectory() throws IOException {
        Files.createDirectory(helpDirectory.resolve("data"));
        assertThat(help("data", "help_dir", helpDirectory.toString()))
                .isEqualTo(HookResult.ok("No help available for SMTP command: data"));
    }

    @Test
    void showsAFewLinesOfALongFile() throws IOException {
        Files.writeString(helpDirectory.resolve("data"), "line\n".repeat(200));
        assertThat(help("data", "help_dir", helpDirectory.toString()).text()).hasLineCount(100);
    }

    @Test
    void canSayThatHelpIsNotImplemented() {
        assertThat(help("rcpt", "not_implemented", "1"))
                .isEqualTo(HookResult.deny("Not implemented.").withCode(502));
        assertThat(help("", "not_implemented", "0").text()).startsWith("Try");
    }

    @Test
    void looksIntoTheFolderHelpWithoutSettings() throws IOException {
        Files.createDirectory(home.resolve("help"));
        Files.writeString(home.resolve("help/noop"), "does nothing\n");
        String before = System.setProperty("org.qpsmtpd.home", home.toString());
        try {
            assertThat(
                            new HelpPlugin(Configs.config(HelpConfig.class))
                                    .onHelp(FakeConnection.create(), "noop"))
                    .isEqualTo(HookResult.ok("does nothing"));
        } finally {
            if (before == null) {
                System.clearProperty("org.qpsmtpd.home");
            } else {
                System.setProperty("org.qpsmtpd.home", before);
            }
        }
    }

    @Test
    void refusesWordsThatMakeNoPairs() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> help("", "help_dir"))
                .withMessage("'help_dir' has no value: help takes pairs of words");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> help("", "../x", "y"))
                .withMessage("'../x' is not help_dir, not_implemented or a command");
    }

    private static HookResult help(String argument, String... arguments) {
        return new HelpPlugin(Configs.config(HelpConfig.class, Map.of("arguments", arguments)))
                .onHelp(FakeConnection.create(), argument);
    }
}
