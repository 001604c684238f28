package org.qpsmtpd.plugin.queue.eximbsmtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** What Exim is given, what the client is told, and the settings. */
@Timeout(60)
final class EximBsmtpPluginTest {
    private final Path program;

    EximBsmtpPluginTest(@TempDir Path folder) {
        program = folder.resolve("rsmtp");
    }

    private HookResult run(String script) throws IOException {
        return run(script, message());
    }

    private HookResult run(String script, FakeTransaction message) throws IOException {
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return plugin(60).onQueue(message);
    }

    private EximBsmtpPlugin plugin(int seconds) {
        return new EximBsmtpPlugin(
                Configs.config(
                        EximBsmtpConfig.class,
                        Map.of("exim_path", program.toString(), "timeout", seconds)));
    }

    private static FakeTransaction message() {
        FakeConnection connection = FakeConnection.create();
        connection.config().set("me", "mx.example.com");
        return FakeTransaction.on(connection)
                .withMessage("Subject: x\r\n\r\n.\r\n..a\r\nlast")
                .withSender("a@example.org")
                .withRecipient("c@example.com");
    }

    private String kept(String ending) throws IOException {
        return Files.readString(Path.of(program + ending), ISO_8859_1);
    }

    @Test
    void handsOverTheMessageAsCommands() throws Exception {
        HookResult result =
                run(
                        "echo \"$@\" >\"$0.words\"; cat >\"$0.batch\"",
                        message().withRecipient("e f@x.org"));

        assertThat(result).isEqualTo(HookResult.ok("Queued!").because("pass: " + program));
        assertThat(kept(".words")).isEqualTo("-bS\n");
        assertThat(kept(".batch").lines())
                .containsExactly(
                        "HELO mx.example.com",
                        "MAIL FROM:<a@example.org>",
                        "RCPT TO:<c@example.com>",
                        "RCPT TO:<\"e\\ f\"@x.org>",
                        "DATA",
                        "Subject: x",
                        "",
                        "..",
                        "...a",
                        "last",
                        ".",
                        "QUIT");
        assertThat(kept(".batch")).endsWith("\nQUIT\n").doesNotContain("\r");
    }

    @Test
    void handsOverTheNullSender() throws Exception {
        run("cat >\"$0.batch\"", message().withSender(""));

        assertThat(kept(".batch")).contains("\nMAIL FROM:<>\n");
    }

    @Test
    void givesNoEnvironment() throws Exception {
        run("tr '\\0' '\\n' </proc/$$/environ >\"$0.environ\"");

        assertThat(kept(".environ").lines())
                .allMatch(line -> line.matches("(PWD|OLDPWD|SHLVL|_)=.*"));
    }

    @Test
    void refusesForGoodWithTheTextOfExim() throws Exception {
        HookResult result =
                run(
                        "cat >/dev/null; echo '550 5.1.1 no such user'; echo 'Transaction started"
                                + " in line 2'; exit 2");

        assertThat(result)
                .isEqualTo(
                        HookResult.deny("no such user (#5.1.1)")
                                .because("fail: " + program + ": 550 no such user"));
    }

    @Test
    void defersWithTheTextOfExim() throws Exception {
        HookResult result = run("echo '451 try\tlater\r'; exit 2");

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.text()).isEqualTo("try later (#4.3.0)");
    }

    @Test
    void refusesWithoutAText() throws Exception {
        assertThat(run("echo '554 '; exit 2").text()).isEqualTo("message refused by Exim (#5.3.0)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 1", "exit 2", "echo hm", "kill -9 $$", "echo x >&2; exit 3"})
    void defersWhenEximDoesAnythingElse(String script) throws Exception {
        HookResult result = run("cat >/dev/null; " + script);

        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text()).isEqualTo("Internal error enqueuing mail (#4.3.0)");
        assertThat(result.reason()).startsWith("error: " + program + ": exit code ");
    }

    @Test
    void logsWhatEximSaysOfAnError() throws Exception {
        assertThat(run("echo 'no space' >&2; exit 1").reason())
                .endsWith(": exit code 1; stderr: no space");
    }

    @Test
    void killsEximWhenItHangs() throws Exception {
        Files.writeString(
                program,
                "#!/bin/sh\ntail -f /dev/null & echo $! >\"$0.child\"; cat >/dev/null; wait\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

        HookResult result = plugin(1).onQueue(message());

        assertDeferred(result, "Exim did not end in time");
        ProcessHandle.of(Long.parseLong(kept(".child").strip()))
                .ifPresent(child -> child.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }

    @Test
    void defersWhenThereIsNoExim() {
        HookResult result = plugin(60).onQueue(message());

        assertDeferred(result, "Exim cannot be started");
        assertThat(result.reason()).isEqualTo("error: " + program + ": there is no such file");
    }

    @Test
    void startsNothingWhenTheMessageCannotBeRead() throws Exception {
        HookResult result = run("cat >\"$0.batch\"", message().withUnreadableMessage());

        assertDeferred(result, "the message cannot be read");
        assertThat(Path.of(program + ".batch")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\n.\r\nQUIT", "a\r.\r\n", "a\r"})
    void refusesABareLineEnd(String body) throws Exception {
        HookResult result =
                run(
                        "cat >\"$0.batch\"",
                        message().withMessage(("\r\n" + body).getBytes(ISO_8859_1)));

        assertThat(result.code()).isEqualTo(554);
        assertThat(result.text())
                .isEqualTo("message has a CR or LF that is not part of CRLF (#5.6.0)");
        assertThat(Path.of(program + ".batch")).doesNotExist();
    }

    @Test
    void defersMailWithoutRecipients() throws Exception {
        assertDeferred(
                run("exit 0", FakeTransaction.create().withMessage("A: b\n\n")), "no recipients");
    }

    @Test
    void killsEximWhenTheCallIsGivenUp() throws Exception {
        Files.writeString(program, "#!/bin/sh\nexec tail -f /dev/null\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));

        Thread.currentThread().interrupt();
        HookResult result = plugin(60).onQueue(message());

        assertThat(Thread.interrupted()).isTrue();
        assertDeferred(result, "interrupted");
    }

    @Test
    void hasTheDocumentedDefaults() {
        EximBsmtpConfig config = Configs.config(EximBsmtpConfig.class);

        assertThat(config.exim__path()).isEqualTo("/usr/sbin/rsmtp");
        assertThat(config.timeout()).isEqualTo(240);
        assertThatThrownBy(
                        () ->
                                new EximBsmtpPlugin(
                                        Configs.config(
                                                EximBsmtpConfig.class,
                                                Map.of("exim_path", "exim"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("exim_path 'exim' is not an absolute path");
    }

    private static void assertDeferred(HookResult result, String reason) {
        assertThat(result.action()).as(result.toString()).isEqualTo(Action.DENYSOFT);
        assertThat(result.code()).isEqualTo(451);
        assertThat(result.text()).isEqualTo("Unable to queue message (%s) (#4.3.0)", reason);
        assertThat(result.reason()).startsWith("error: ");
    }
}
