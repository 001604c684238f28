package org.qpsmtpd.plugin.logging.syslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.testkit.Configs;

/** What rsyslog makes of the lines, where Debian's package rsyslog is installed. */
@EnabledIf("isInstalled")
@Timeout(60)
final class RsyslogTest {
    private static final Path PROGRAM = Path.of("/usr/sbin/rsyslogd");

    private final Path directory;
    private final int port;
    private final Process rsyslog;

    RsyslogTest(@TempDir Path directory) throws IOException {
        this.directory = directory;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path settings =
                Files.writeString(
                        directory.resolve("rsyslog.conf"),
                        """
                        module(load="imuxsock" SysSock.Name="%1$s/log")
                        module(load="imtcp")
                        input(type="imtcp" address="127.0.0.1" port="%2$d")
                        template(name="parts" type="string"
                          string="%%syslogfacility-text%%.%%syslogseverity-text%% %%programname%% %%procid%%%%msg%%\\n")
                        action(type="omfile" file="%1$s/out" template="parts")
                        """
                                .formatted(directory, port));
        rsyslog =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "-n",
                                "-f",
                                settings.toString(),
                                "-i",
                                directory.resolve("pid").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("said").toFile())
                        .start();
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    @BeforeEach
    void isUp() throws IOException {
        while (!Files.exists(directory.resolve("log"))) {
            assertThat(rsyslog.isAlive()).as(Files.readString(directory.resolve("said"))).isTrue();
            pause();
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        rsyslog.destroy();
        if (!rsyslog.waitFor(20, TimeUnit.SECONDS)) {
            rsyslog.destroyForcibly();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }

    private void log(Map<String, Object> options) throws InterruptedException {
        SyslogPlugin plugin =
                new SyslogPlugin(Configs.config(SyslogConfig.class, options), System.err, 10);
        plugin.onLog(
                new LogRecord(Instant.now(), LogLevel.WARN, "c1", "rcpt", "rcpt_ok", "a: grüße"));
        while (plugin.figures().get(0).value() == 0) {
            pause();
        }
        plugin.close();
    }

    private void awaitLine(String wanted) throws IOException {
        Path out = directory.resolve("out");
        while (!Files.exists(out) || !Files.readString(out).contains("\n")) {
            pause();
        }
        assertThat(out).content().isEqualTo(wanted + "\n");
    }

    @Test
    void readsDatagramsOfThisMachine() throws Exception {
        log(Map.of("socket", directory.resolve("log").toString()));

        awaitLine("mail.warning qpsmtpd c1 (rcpt) rcpt_ok: a: grüße");
    }

    @Test
    void readsLinesOverTcp() throws Exception {
        log(Map.of("logsock", new String[] {"tcp"}, "host", "127.0.0.1:" + port));

        awaitLine("mail.warning qpsmtpd c1 (rcpt) rcpt_ok: a: grüße");
    }

    @Test
    void readsRfc5424OverTcp() throws Exception {
        log(
                Map.of(
                        "logsock",
                        new String[] {"tcp"},
                        "host",
                        "127.0.0.1:" + port,
                        "format",
                        "rfc5424",
                        "facility",
                        "local1"));

        awaitLine("local1.warning qpsmtpd c1(rcpt) rcpt_ok: a: grüße");
    }
}
