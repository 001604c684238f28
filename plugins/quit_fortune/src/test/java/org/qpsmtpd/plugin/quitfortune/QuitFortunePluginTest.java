package org.qpsmtpd.plugin.quitfortune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;

class QuitFortunePluginTest {
    private final Path program;

    QuitFortunePluginTest(@TempDir Path directory) {
        this.program = directory.resolve("fortune");
    }

    @Test
    void tellsACookieAfterHelo() throws IOException {
        write("echo \"You will be $1\"; echo lucky.");
        assertThat(plugin().onQuit(afterHelo()))
                .isEqualTo(
                        HookResult.ok(
                                """
                                mx.example.org closing connection.
                                  / You will be -s
                                  / lucky."""));
    }

    @Test
    void saysNothingAfterEhloOrWithoutGreeting() throws IOException {
        write("echo lucky");
        assertThat(plugin().onQuit(FakeConnection.create().withEhlo("client")))
                .isEqualTo(HookResult.DECLINED);
        assertThat(plugin().onQuit(FakeConnection.create())).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void saysNothingWithoutTheProgram() {
        assertThat(plugin().onQuit(afterHelo())).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void saysNothingWhenTheProgramIsSilent() throws IOException {
        write("exit 0");
        assertThat(plugin().onQuit(afterHelo())).isEqualTo(HookResult.DECLINED);
    }

    @Test
    @Timeout(60)
    void doesNotWaitForAProgramThatHangs() throws IOException {
        write("echo $$ > \"$0.pid\"; exec tail -f /dev/null");
        QuitFortunePlugin plugin = new QuitFortunePlugin(program, Duration.ofMillis(500));
        assertThat(plugin.onQuit(afterHelo())).isEqualTo(HookResult.DECLINED);
        long pid = Long.parseLong(Files.readString(Path.of(program + ".pid")).strip());
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }

    @Test
    void givesTheProgramAnEmptyEnvironment() throws IOException {
        write("/usr/bin/tr '\\0' '\\n' < /proc/$$/environ; echo end");
        assertThat(plugin().onQuit(afterHelo()).text())
                .isEqualTo("mx.example.org closing connection.\n  / end");
    }

    @Test
    void showsPrintableTextOnly() throws IOException {
        write("printf 'a\\tb\\033[1mc\\r\\n\\303\\244\\n'");
        assertThat(plugin().onQuit(afterHelo()).text()).endsWith("\n  / a b?[1mc\n  / ?");
    }

    @Test
    void showsAFewLinesOfALongCookie() throws IOException {
        write("i=0; while [ $i -lt 100 ]; do echo line; i=$((i + 1)); done");
        assertThat(plugin().onQuit(afterHelo()).text()).hasLineCount(21);
    }

    private QuitFortunePlugin plugin() {
        return new QuitFortunePlugin(program, Duration.ofSeconds(30));
    }

    private static Connection afterHelo() {
        return FakeConnection.create()
                .withHelo("client")
                .withConfig(new FakeConfig().set("me", "mx.example.org"));
    }

    private void write(String script) throws IOException {
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
}
