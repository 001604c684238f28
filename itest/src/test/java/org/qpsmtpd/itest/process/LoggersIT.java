package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.HungPlugins;

/** Whatever becomes of the log, mail goes on, and so do those who write the log and can. */
class LoggersIT {
    private static final int MESSAGES = 40;

    private final Path trouble;

    LoggersIT(@TempDir Path folder) {
        trouble = folder.resolve("trouble");
    }

    private ServerUnderTest.Builder builder(String... logging) {
        return ServerUnderTest.builder()
                .plugins("rcpt_ok", "queue/discard")
                .file("logging", logging)
                .environment("QPSMTPD_JAVA_OPTS", "-Ditest.trouble=" + trouble);
    }

    private static byte[] jar(Class<?> plugin) {
        return PluginBundle.of("org.example.log", plugin).jar();
    }

    private static void deliver(ServerUnderTest server, int messages) {
        for (int i = 0; i < messages; i++) {
            Mail.deliver(server, "message " + i);
        }
    }

    /** Waits until what a session says now is in the log. */
    private static void awaitLogged(ServerUnderTest server, String word) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.command("MAIL FROM:<" + word + "@example.net>");
        }
        server.awaitLog(word + "@example.net");
    }

    @Test
    void oneThatThrowsErrorsIsPassedOver() throws IOException {
        ServerUnderTest.Builder builder = builder("broken_log", "logging/warn LOGINFO");
        try (ServerUnderTest server =
                builder.deployed("log.jar", jar(HungPlugins.BrokenLog.class)).start()) {
            Mail.deliver(server, "before");
            Files.createFile(trouble);
            deliver(server, MESSAGES);
            server.awaitLog("logging plugin broken_log failed: java.lang.StackOverflowError");
            awaitLogged(server, "during");
            Files.delete(trouble);
            deliver(server, MESSAGES);
            awaitLogged(server, "after");
        }
    }

    @Test
    void oneThatBlocksIsLeftAlone() throws IOException {
        ServerUnderTest.Builder builder = builder("hung_log", "logging/warn LOGINFO");
        try (ServerUnderTest server =
                builder.deployed("log.jar", jar(HungPlugins.HungLog.class)).start()) {
            Mail.deliver(server, "before");
            Files.createFile(trouble);
            deliver(server, MESSAGES);
            server.awaitLog("logging plugin hung_log did not come back");
            awaitLogged(server, "during");
            server.signal("HUP");
            server.awaitLog("reload: generation");
            deliver(server, MESSAGES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"# the built-in log", "logging/warn LOGDEBUG"})
    void aPipeThatNobodyReadsHoldsUpTheLogAlone(String logging) {
        try (ServerUnderTest server = builder(logging).start()) {
            Mail.deliver(server, "before");
            server.stopReading();
            deliver(server, 20 * MESSAGES);
            server.signal("HUP");
            deliver(server, MESSAGES);
            server.readOn();
            server.awaitLog("lines of the log are lost");
            awaitLogged(server, "after");
        }
    }

    @Test
    void theServerEndsAlthoughNobodyReadsItsLog() {
        try (ServerUnderTest server = builder("# the built-in log").start()) {
            server.stopReading();
            deliver(server, 20 * MESSAGES);
            assertThat(server.stop()).as("status after SIGTERM").isZero();
        }
    }

    @Test
    void aFileThatWasRenamedIsOpenedAnewAfterHup() throws IOException {
        Path log = trouble.resolveSibling("log");
        Path renamed = trouble.resolveSibling("log.1");
        try (ServerUnderTest server =
                builder("logging/file loglevel LOGINFO " + log, "logging/warn LOGINFO").start()) {
            awaitLogged(server, "before");
            Files.move(log, renamed);
            server.signal("HUP");
            server.awaitLog("reload: generation");
            awaitLogged(server, "after");
            Eventually.holds("a new file", () -> Files.exists(log));
            Eventually.holds("its lines", () -> Files.readString(log).contains("after@example"));
            assertThat(Files.readString(renamed)).contains("before@").doesNotContain("after@");
        }
    }

    /** The log takes warnings, and one plugin's lines are lifted that far. */
    @Test
    void aLevelCountsAsTheLineOfThePluginShiftsIt() {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins(
                                "helo",
                                "headers loglevel 3",
                                "rcpt_ok loglevel -2",
                                "queue/discard")
                        .file("logging", "# the built-in log")
                        .file("loglevel", "4")
                        .start()) {
            Mail.deliver(server, "one");
            server.awaitLog("(rcpt) rcpt_ok: pass: domain in rcpthosts");
            server.awaitLog("(data_post) headers: pass: no fault in the header");
            assertThat(server.log()).doesNotContain("(ehlo) helo:", "(queue) queue/discard:");
        }
    }

    @Test
    void oneThatFailsItsTrialIsRefused() throws IOException {
        try (ServerUnderTest server = builder("logging/warn LOGINFO").start()) {
            Mail.deliver(server, "before");
            Files.createFile(trouble);
            DeployFolder folder = DeployFolder.of(server);
            folder.put("broken.jar", jar(HungPlugins.BrokenLog.class));
            server.awaitLog("plugin 'broken_log': it does not take a line of the log: in the log");
            folder.put("hung.jar", jar(HungPlugins.HungLog.class));
            server.awaitLog("plugin 'hung_log': it does not take a line of the log: it did not");
            Mail.deliver(server, "meanwhile");
            assertThat(Console.run(server, "generations")).doesNotContain("hung_log");
            awaitLogged(server, "after");
        }
    }
}
