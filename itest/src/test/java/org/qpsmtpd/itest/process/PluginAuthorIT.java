package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.AuthorPlugins;
import org.qpsmtpd.itest.plugin.HookPlugins;

/** Plugins that come and go as their authors try them, and what the server says about that. */
class PluginAuthorIT {
    private static final String VRFY_JAR = "swap_vrfy.jar";
    private static final String HELP_JAR = "swap_help.jar";
    private static final PluginBundle VRFY =
            PluginBundle.of("org.example.swap_vrfy", HookPlugins.Vrfy.class);
    private static final PluginBundle HELP =
            PluginBundle.of("org.example.swap_help", HookPlugins.Help.class);

    private static PluginBundle author(Class<?> plugin) {
        return PluginBundle.of("org.example.author", plugin);
    }

    private static PluginBundle library(String header, String value) {
        byte[] manifest = "Manifest-Version: 1.0\n".getBytes(StandardCharsets.US_ASCII);
        byte[] text = {'a'};
        return new PluginBundle(
                        "org.example.lib",
                        "1.0.0",
                        Map.of(),
                        Map.of("META-INF/MANIFEST.MF", manifest, "org/example/lib/text", text))
                .withHeader("Bundle-ManifestVersion", "2")
                .withHeader("Bundle-SymbolicName", "org.example.lib")
                .withHeader(header, value);
    }

    private static void awaitRefusal(DeployFolder folder, String jar, String reason) {
        Eventually.get(
                "the note of " + jar, () -> folder.rejection(jar), note -> note.contains(reason));
    }

    private static String answer(ServerUnderTest server, String command) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            return session.command(command).toString();
        }
    }

    @Test
    void keepsWhatIsNamedWhenTheNewBuildDoesNotHaveIt() throws IOException {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "swap_vrfy", "queue/maildir MAIL")
                        .deployed(VRFY_JAR, VRFY.numbered(1).jar())
                        .deployed(HELP_JAR, HELP.numbered(1).jar())
                        .start()) {
            DeployFolder folder = DeployFolder.of(server);
            Files.writeString(folder.path().resolve("swap_help-one.cfg"), "");
            server.awaitLog("swap_help-one.cfg configures swap_help");
            String vrfy = answer(server, "VRFY amy");
            assertThat(vrfy).contains(PluginBundle.stamp(1));
            Eventually.get(
                    "the configured instance",
                    () -> answer(server, "HELP"),
                    help -> help.contains(PluginBundle.stamp(1)));

            folder.put(VRFY_JAR, VRFY.numbered(2).withHeader("Provide-Capability", "").jar());
            awaitRefusal(folder, VRFY_JAR, "plugin 'swap_vrfy': its bundle was replaced by");
            folder.put(VRFY_JAR, author(AuthorPlugins.Late.class).jar());
            awaitRefusal(folder, VRFY_JAR, "org.example.author 1.0.0, which does not have it");
            folder.put(HELP_JAR, library("Export-Package", "org.example.lib").jar());
            awaitRefusal(folder, HELP_JAR, "plugin 'swap_help', which is configured: its bundle");

            assertThat(answer(server, "VRFY amy")).isEqualTo(vrfy);
            assertThat(answer(server, "HELP")).contains(PluginBundle.stamp(1));
            Mail.deliver(server, "while they are refused");
            assertThat(Console.run(server, "status"))
                    .contains("1 accepted, 0 refused, 0 deferred since the start")
                    .contains("not in use   deploy/swap_vrfy.jar is refused: ")
                    .doesNotContain("defers mail");

            server.writeConfig("plugins", "rcpt_ok", "queue/maildir " + server.mail());
            server.awaitLog("swap_vrfy 1.0.1 has left");
            folder.remove(HELP_JAR);
            server.awaitLog("swap_help-one.cfg configures nothing");
        }
    }

    @Test
    void standsWhereItSaysAndTellsWhoIsNeverAsked() {
        try (ServerUnderTest server =
                Mail.server()
                        .deployed("early.jar", author(AuthorPlugins.Early.class).jar())
                        .deployed("late.jar", author(AuthorPlugins.Late.class).jar())
                        .start()) {
            String never = "plugin 'author_late' is never asked at rcpt, since rcpt_ok decides";
            server.awaitLog("bundle org.example.author: " + never);
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.command("MAIL FROM:<joe@example.net>");
                assertThat(session.command("RCPT TO:<early@example.com>").text())
                        .contains("too early");
                assertThat(session.command("RCPT TO:<amy@example.com>").code()).isEqualTo(250);
            }
            assertThat(Console.run(server, "status"))
                    .contains("warning      bundle org.example.author: " + never)
                    .contains("0 accepted, 1 refused, 0 deferred");
            assertThat(Console.run(server, "plugins", "rcpt"))
                    .containsSubsequence("author_early", "rcpt_ok", "author_late")
                    .contains("never asked", "author_late, hook rcpt: never asked: rcpt_ok")
                    .contains("  plugins:1\n");
            assertThat(Console.run(server, "plugins").lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));

            DeployFolder.of(server).put("needy.jar", author(AuthorPlugins.Needy.class).jar());
            server.awaitLog(
                    "it needs the service java.util.concurrent.Executor, which is not there; no"
                            + " bundle that is installed brings it");
            DeployFolder.of(server).put("patient.jar", author(AuthorPlugins.Patient.class).jar());
            server.awaitLog("patient.jar: author_patient 1.0.0 is in use");
            assertThat(answer(server, "VRFY amy")).contains("in the end");
            assertThat(server.awaitLog("second step of").lines().filter(s -> s.contains(" step ")))
                    .hasSize(2)
                    .allSatisfy(
                            line ->
                                    assertThat(line)
                                            .matches(
                                                    "(\\S+) \\(vrfy\\) author_patient: \\w+ step of"
                                                            + " \\1"));
        }
    }

    @Test
    void commandsAndFiguresAreThoseOfThePluginInUse() {
        PluginBundle tally = author(AuthorPlugins.Tally.class);
        try (ServerUnderTest server =
                Mail.server().deployed("tally.jar", tally.numbered(1).jar()).start()) {
            answer(server, "VRFY amy");
            assertThat(Console.run(server, "tally", "show"))
                    .isEqualTo(PluginBundle.stamp(1) + " 1\\x1B\n");
            assertThat(Console.run(server, "help"))
                    .containsPattern("tally show +tells how often VRFY was asked");
            assertThat(Console.run(server, "plugins", "--figures"))
                    .containsPattern("author_tally +vrfy_asked +1 +counter");
            assertThat(Console.run(server, "status", "--json")).contains("\"vrfy_asked\"");

            DeployFolder.of(server).put("tally.jar", tally.numbered(2).jar());
            server.awaitLog("tally.jar: author_tally 1.0.2 is in use");
            assertThat(Console.run(server, "tally", "show"))
                    .isEqualTo(PluginBundle.stamp(2) + " 0\\x1B\n");
            DeployFolder.of(server).remove("tally.jar");
            server.awaitLog("author_tally 1.0.2 has left");
            Eventually.get(
                    "the help without it",
                    () -> Console.run(server, "help"),
                    help -> !help.contains("tally"));
        }
    }

    @Test
    void saysWhatWillBeMissingAndWhyMailIsDeferred() {
        PluginBundle needing = VRFY.withHeader("Import-Package", imports());
        byte[] library = library("Export-Package", "org.example.lib").jar();
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "swap_vrfy")
                        .deployed(VRFY_JAR, needing.jar())
                        .start()) {
            assertThat(Console.run(server, "status"))
                    .contains("defers mail  ")
                    .contains(
                            "it is not installed: deploy/swap_vrfy.jar has it, and is refused: it")
                    .contains("needs the package org.example.lib, and no bundle exports it");
            try (SmtpDialogue session = server.connect()) {
                assertThat(session.read().code()).isEqualTo(421);
            }

            DeployFolder folder = DeployFolder.of(server);
            folder.put("lib.jar", library);
            server.awaitLog("swap_vrfy.jar: swap_vrfy 1.0.0 is in use");
            assertThat(Console.run(server, "status"))
                    .contains("defers mail  config/plugins names no queue plugin")
                    .contains("0 accepted, 0 refused, 1 deferred");
            folder.remove("lib.jar");
            server.awaitLog(
                    "deploy/swap_vrfy.jar: swap_vrfy 1.0.0 uses the package org.example.lib of");
            assertThat(Console.run(server, "status")).contains("put that jar back");
            folder.put("lib.jar", library);
            Eventually.get(
                    "no warning",
                    () -> Console.run(server, "status"),
                    status -> !status.contains("put that jar back"));
        }
    }

    private static String imports() {
        return "org.example.lib,org.qpsmtpd.api.answer,org.qpsmtpd.api.session,org.qpsmtpd.api.hook,"
                + "org.qpsmtpd.api.mail,org.qpsmtpd.api.plugin";
    }
}
