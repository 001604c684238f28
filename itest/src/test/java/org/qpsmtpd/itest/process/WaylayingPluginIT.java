package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.WaylayingPlugins;

/**
 * Plugins that hang or fail where no session waits for their answer: when they supply settings, are
 * told something, begin, or end. Each is named, and the server goes on and can be stopped.
 */
class WaylayingPluginIT {
    private static final int CHILDREN = 2;
    private static final int REFUSALS = 1_000;

    /** More than a stop takes, and less than a thread that hangs would be waited for. */
    private static final Duration STOP = Duration.ofSeconds(30);

    private final Path trouble;

    WaylayingPluginIT(@TempDir Path folder) {
        trouble = folder.resolve("trouble");
    }

    private ServerUnderTest.Builder server(String... lines) {
        List<String> plugins = new ArrayList<>(List.of("rcpt_ok"));
        plugins.addAll(List.of(lines));
        plugins.add("queue/discard");
        return ServerUnderTest.builder()
                .plugins(plugins.toArray(String[]::new))
                .file("logging", "logging/warn 5")
                .options("--children", Integer.toString(CHILDREN))
                .environment("QPSMTPD_JAVA_OPTS", "-Ditest.trouble=" + trouble);
    }

    private static byte[] jar(String name, Class<?> plugin) {
        return PluginBundle.of("org.example." + name, plugin).jar();
    }

    private void begin() throws IOException {
        Files.writeString(trouble, "hang");
    }

    private void awaitBegun() {
        Eventually.holds("a call that hangs", () -> Files.exists(Path.of(trouble + ".begun")));
    }

    /** What still hangs comes back, so that the server ends in its own time. */
    @AfterEach
    void end() throws IOException {
        Files.deleteIfExists(trouble);
    }

    private static Duration stop(ServerUnderTest server) {
        long began = System.nanoTime();
        assertThat(server.stop()).as("exit status:\n%s", server.log()).isZero();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static int mail(SmtpDialogue smtp) {
        smtp.command("RSET");
        return smtp.command("MAIL FROM:<joe@example.net>").code();
    }

    @ParameterizedTest
    @CsvSource({
        "supplier, plugin supplier did not answer hook user_config in time (1 s)",
        "quick, plugin quick lets plugin asker wait for a setting although"
    })
    void aSettingThatDoesNotComeDefersMail(String name, String line) throws IOException {
        Class<?> plugin =
                name.equals("quick")
                        ? WaylayingPlugins.QuickSupplier.class
                        : WaylayingPlugins.Supplier.class;
        try (ServerUnderTest server =
                server(name + " deadline 1", "asker deadline 6")
                        .deployed("supplier.jar", jar(name, plugin))
                        .deployed("asker.jar", jar("asker", WaylayingPlugins.Asker.class))
                        .start()) {
            Mail.deliver(server, "before");
            begin();
            List<SmtpDialogue> waiting = new ArrayList<>();
            for (int i = 0; i <= CHILDREN; i++) {
                SmtpDialogue smtp = server.connect();
                smtp.hello();
                smtp.send("MAIL FROM:<joe@example.net>");
                waiting.add(smtp);
            }
            for (SmtpDialogue smtp : waiting) {
                assertThat(smtp.read().code()).as(smtp.transcript()).isBetween(400, 499);
                smtp.close();
            }
            server.awaitLog(line);
            end();
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                Eventually.get("the sender is taken again", () -> mail(smtp), code -> code == 250);
            }
            assertThat(server.log())
                    .as("the one that asked is not to blame")
                    .doesNotContain("FATAL PLUGIN ERROR [asker]", "plugin asker failed too often");
        }
    }

    @Test
    void aSessionWhoseSettingsDoNotComeIsDeferred() throws IOException {
        try (ServerUnderTest server =
                server("settings deadline 1")
                        .deployed("settings.jar", jar("settings", WaylayingPlugins.Settings.class))
                        .start()) {
            Mail.deliver(server, "before");
            begin();
            List<SmtpDialogue> waiting = new ArrayList<>();
            for (int i = 0; i <= CHILDREN; i++) {
                waiting.add(server.connect());
            }
            for (SmtpDialogue smtp : waiting) {
                smtp.expect(421);
                smtp.expectClosed();
                smtp.close();
            }
            assertThat(server.log()).contains("plugin settings did not answer hook config in time");
            end();
            Eventually.holds(
                    "a greeting",
                    () -> {
                        try (SmtpDialogue smtp = server.connect()) {
                            return smtp.read().code() == 220;
                        }
                    });
        }
    }

    @Test
    void onePluginThatDoesNotBeginHoldsNobodyUp() throws IOException {
        try (ServerUnderTest server =
                server().deployed("at_fork.jar", jar("at_fork", WaylayingPlugins.AtFork.class))
                        .start()) {
            Mail.deliver(server, "before");
            Files.writeString(trouble, "error");
            server.writeConfig("plugins", "rcpt_ok", "at_fork deadline 7", "queue/discard");
            server.awaitLog("FATAL PLUGIN ERROR [at_fork], hook post-fork: too deep");
            begin();
            server.writeConfig("plugins", "rcpt_ok", "at_fork deadline 8", "queue/discard");
            server.awaitLog(
                    "FATAL PLUGIN ERROR [at_fork], hook post-fork: it did not come back within");
            assertThat(Console.run(server, "status")).isNotBlank();
            Files.delete(Path.of(trouble + ".begun"));
            server.writeConfig("plugins", "rcpt_ok", "at_fork deadline 9", "queue/discard");
            awaitBegun();
            Mail.deliver(server, "meanwhile");
            assertThat(stop(server)).isLessThan(STOP);
        }
    }

    @Test
    void anActivatorThatHangsIsNotWaitedFor() throws IOException {
        PluginBundle hanging =
                PluginBundle.of(
                                "org.example.hanging",
                                WaylayingPlugins.Deadly.class,
                                WaylayingPlugins.HangingActivator.class)
                        .withHeader(
                                "Bundle-Activator",
                                WaylayingPlugins.HangingActivator.class.getName());
        try (ServerUnderTest server = server().start()) {
            begin();
            DeployFolder.of(server).put("hanging.jar", hanging.jar());
            awaitBegun();
            Mail.deliver(server, "meanwhile");
            assertThat(stop(server)).isLessThan(STOP);
        }
    }

    @Test
    void whoeverEndsTheProcessIsNamed() throws IOException {
        try (ServerUnderTest server =
                server("deadly")
                        .environment(
                                "QPSMTPD_JAVA_OPTS",
                                "-Dorg.qpsmtpd.exit_timeout=8 -Ditest.trouble=" + trouble)
                        .deployed("deadly.jar", jar("deadly", WaylayingPlugins.Deadly.class))
                        .start()) {
            Eventually.holds("a session", () -> isServed(server));
            try (SmtpDialogue sending = server.connect();
                    SmtpDialogue ending = server.connect()) {
                sending.hello();
                sending.envelope(Mail.SENDER, Mail.RECIPIENT);
                sending.send("DATA").expect(354);
                ending.hello();
                ending.send("VRFY exit");
                server.awaitLog(
                        "Bundle org.example.deadly, class "
                                + WaylayingPlugins.Deadly.class.getName()
                                + ", on thread child-");
                sending.sendText("Subject: in flight\r\n\r\nbody\r\n.\r\n");
                sending.expect(250);
            }
            assertThat(server.awaitExit()).isEqualTo(7);
            server.kill();
        }
    }

    private static boolean isServed(ServerUnderTest server) {
        try (SmtpDialogue smtp = server.connect()) {
            return smtp.read().code() == 220;
        }
    }

    @Test
    void oneThatWatchesAndHangsIsNotToldWithoutEnd() throws IOException {
        try (ServerUnderTest server =
                server("watcher deadline 2")
                        .deployed("watcher.jar", jar("watcher", WaylayingPlugins.Watcher.class))
                        .start()) {
            Mail.deliver(server, "before");
            begin();
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                smtp.command("MAIL FROM:<joe@example.net>");
                for (int i = 0; i < REFUSALS; i++) {
                    smtp.sendText("RCPT TO:<u@elsewhere.example>\r\n");
                }
                for (int i = 0; i < REFUSALS; i++) {
                    smtp.expect(550);
                }
            }
            server.awaitLog("plugin watcher does not keep up with hook deny");
            server.awaitLog("plugin watcher did not come back from hook deny in time (2 s)");
            Mail.deliver(server, "meanwhile");
            end();
        }
    }

    @Test
    void anErrorInACallEndsNothing() {
        try (ServerUnderTest server =
                server("deadly")
                        .deployed("deadly.jar", jar("deadly", WaylayingPlugins.Deadly.class))
                        .start()) {
            Eventually.holds("a session", () -> isServed(server));
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                for (int i = 0; i <= CHILDREN; i++) {
                    assertThat(smtp.command("VRFY error").code()).isBetween(200, 499);
                }
                Mail.deliver(smtp, "afterwards");
            }
            assertThat(server.log())
                    .contains(
                            "FATAL PLUGIN ERROR [deadly]: java.lang.OutOfMemoryError: a table of 3"
                                    + " GB");
        }
    }
}
