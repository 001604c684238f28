package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/**
 * A configuration that cannot be served: at the start mail is deferred, later the plugins that run
 * stay. The log says what to mend and where.
 */
class BadConfigIT {
    private static final String QUEUE = "queue/maildir MAIL";
    private static final PluginBundle VICTIM =
            PluginBundle.of("org.example.victim", VictimPlugins.Good.class);
    private static final String FIRST = "250 2.1.5 good v0000001 first";
    private static final String SECOND = "250 2.1.5 good v0000001 second";

    private static void assertDefers(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.expect(421);
            session.expectClosed();
        }
        assertThat(server.maildir().messages()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    no_such_plugin         | plugin 'no_such_plugin': it is not installed
                    headers requier From   | unknown option 'requier', did you mean 'require'?
                    headers past soon      | option 'past': 'soon' is not a whole number
                    headers past -1        | option 'past': '-1' is not allowed
                    headers reject perhaps | reject 'perhaps' is not one of 0, 1, naughty
                    headers past 1x        | option 'past': '1x' is not a whole number
                    queue/maildir          | plugin 'queue/maildir'
                    """)
    void aWrongLineIsNamedWithFileAndLine(String line, String fault) {
        try (ServerUnderTest server =
                ServerUnderTest.builder().plugins("# a comment", "rcpt_ok", line, QUEUE).start()) {
            assertDefers(server);
            assertThat(server.log().lines())
                    .anySatisfy(
                            said ->
                                    assertThat(said)
                                            .contains(server.config() + "/plugins:3: ")
                                            .contains(fault));
            assertThat(Traces.first(server.log())).as("no trace for a typo").isEmpty();
        }
    }

    /** What the log says, and check-config says of a server's own directory. */
    private static void assertSaidAndFound(ServerUnderTest server, String... faults) {
        String found = Console.ask(server, "check-config", server.config().toString());
        for (String fault : faults) {
            String sentence = server.config() + "/" + fault;
            server.awaitLog(sentence);
            assertThat(found.lines()).anyMatch(line -> line.startsWith(sentence));
        }
    }

    @Test
    void theStartSaysWhatCheckConfigSays() throws IOException {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("badmailfrom", "rcpt_ok", QUEUE)
                        .file("databytes", "25M")
                        .file("rcptmax", "abc")
                        .file("badmailfrom", "\uFEFF@example.net", "@example.\u00A0com", "^(open")
                        .file("badrcpto", "@example.net")
                        .start()) {
            assertSaidAndFound(
                    server,
                    "rcptmax:1: 'abc' is not a whole number, 100 to 100000",
                    "badmailfrom:2: has the character U+00A0 (no-break space), which is hardly",
                    "badmailfrom:3: '^(open' is not a regular expression: missing closing )",
                    "badrcpto: nothing reads a file of this name, did you mean 'badrcptto'?");
            assertThat(server.log()).doesNotContain("databytes:");
            try (SmtpDialogue session = server.connect()) {
                assertThat(session.hello().toString()).contains("SIZE 26214400");
            }
            server.writeConfig("rcptmax", "5");
            server.awaitLog(server.config() + "/rcptmax:1: '5' is not 100 to 100000");
        }
    }

    private static String answerToSender(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            return session.command("MAIL FROM:<spam@example.net>").toString();
        }
    }

    /** A list that decides refusal is not taken for empty because a part of it is missing. */
    @Test
    void aListWhoseIncludeIsMissingDefers() throws IOException {
        String fault = "badmailfrom:2: $include names spammers, and there is no such file; put it";
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("badmailfrom", "rcpt_ok", QUEUE)
                        .file("badmailfrom", "# a list", "$include spammers", "@example.org")
                        .start()) {
            assertSaidAndFound(server, fault);
            assertThat(answerToSender(server)).startsWith("450");
            server.writeConfig("spammers", "@example.net");
            server.awaitLog("badmailfrom can be read again");
            assertThat(answerToSender(server)).startsWith("550");

            Files.delete(server.config().resolve("spammers"));
            server.awaitLog("; what was read before stays in use");
            assertThat(answerToSender(server)).startsWith("550");

            server.writeConfig("badmailfrom", "$include spammers optional");
            Eventually.get("an answer", () -> answerToSender(server), a -> a.startsWith("250"));
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsNotTakenForAbsent() throws IOException {
        try (ServerUnderTest server =
                ServerUnderTest.builder().plugins("rcpt_ok", QUEUE).without("rcpthosts").start()) {
            Path link = server.config().resolve("rcpthosts");
            Files.createSymbolicLink(link, Path.of("nowhere"));
            try (SmtpDialogue session = server.connect()) {
                session.hello();
                session.command("MAIL FROM:<" + Mail.SENDER + ">");
                assertThat(session.command("RCPT TO:<" + Mail.RECIPIENT + ">").code())
                        .isEqualTo(450);
            }
            assertSaidAndFound(
                    server, "rcpthosts: cannot be read: it is a link that leads nowhere");
            server.writeConfig("nowhere", "example.com");
            server.awaitLog("rcpthosts can be read again");
            Mail.deliver(server, "mended");
        }
    }

    @Test
    void mailFlowsAgainOnceTheLineIsRight() {
        try (ServerUnderTest server =
                ServerUnderTest.builder().plugins("rcpt_okay", QUEUE).start()) {
            assertDefers(server);
            server.writeConfig("plugins", "rcpt_ok", "queue/maildir " + server.mail());
            server.awaitLog("generation 2");
            Mail.deliver(server, "mended");
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    @Test
    void aMissingPluginMarkedOptionalIsLeftOut() {
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "no_such_plugin some words optional", QUEUE)
                        .start()) {
            Mail.deliver(server, "without it");
            assertThat(server.log()).contains("plugins:2: plugin 'no_such_plugin'");
        }
    }

    /** The greeting or the answer to MAIL, RCPT or DATA must be a 4xx, and nothing is stored. */
    private static void assertTakesNothing(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            int code = session.read().code();
            if (code == 220) {
                session.command("EHLO client.test");
                code = session.command("MAIL FROM:<" + Mail.SENDER + ">").code();
            }
            if (code == 250) {
                code = session.command("RCPT TO:<" + Mail.RECIPIENT + ">").code();
            }
            if (code == 250) {
                code = session.data(Mail.message("nowhere to go")).code();
            }
            assertThat(code).as(session.transcript()).isBetween(400, 499);
        }
        assertThat(server.maildir().messages()).isEmpty();
    }

    @Test
    void withoutAQueuePluginMailIsDeferred() {
        try (ServerUnderTest server = ServerUnderTest.builder().plugins("rcpt_ok").start()) {
            assertTakesNothing(server);
            assertThat(server.log()).containsPattern("(?i)no queue plugin");
        }
    }

    @Test
    void withoutPluginsMailIsDeferred() {
        try (ServerUnderTest server = ServerUnderTest.builder().plugins("# nothing yet").start()) {
            assertTakesNothing(server);
        }
    }

    /** A server whose answer to VRFY tells which line of the file it has. */
    private static ServerUnderTest running() {
        ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("victim word first", "rcpt_ok", QUEUE)
                        .deployed("victim.jar", VICTIM.numbered(1).jar())
                        .start();
        Eventually.get("the first answer", () -> vrfy(server), FIRST::equals);
        return server;
    }

    private static String vrfy(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            return session.read().code() == 220 ? session.command("VRFY amy").toString() : "";
        }
    }

    /** While the server runs a fault in the file changes nothing but the log. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    victim words second | unknown option 'words', did you mean 'word'?
                    victim on_error now | on_error 'now' is not one of defer, skip
                    victin word second | plugin 'victin'
                    headers past soon | option 'past': 'soon' is not a whole number
                    """)
    void aFaultWhileItRunsLeavesTheRunningPlugins(String line, String fault) {
        try (ServerUnderTest server = running()) {
            String[] mended = {
                "# two", "victim word second", "rcpt_ok", "queue/maildir " + server.mail()
            };
            String[] bad = mended.clone();
            bad[1] = line;
            server.writeConfig("plugins", bad);
            server.awaitLog("stays in use");
            assertThat(server.log().lines())
                    .filteredOn(said -> said.contains(server.config() + "/plugins:2: "))
                    .as("lines about the fault")
                    .hasSize(1)
                    .allSatisfy(said -> assertThat(said).contains(fault));
            assertThat(vrfy(server)).isEqualTo(FIRST);
            Mail.deliver(server, "as before");
            server.writeConfig("plugins", mended);
            Eventually.get("the second answer", () -> vrfy(server), SECOND::equals);
            Mail.deliver(server, "mended");
            assertThat(server.maildir().messages()).hasSize(2);
            assertThat(Traces.first(server.log())).as("no trace for a typo").isEmpty();
        }
    }

    /** An editor that writes in place: the file is seen when only half of it is there. */
    @Test
    void aFileThatIsHalfSavedLeavesTheRunningPlugins() throws IOException {
        try (ServerUnderTest server = running()) {
            Path plugins = server.config().resolve("plugins");
            String whole = "victim word second\nrcpt_ok\nqueue/maildir " + server.mail() + "\n";
            try (Load load = Load.start(server, 2, Load::deliverOne)) {
                Files.writeString(plugins, whole.substring(0, "victim word second\nrcpt".length()));
                server.awaitLog("stays in use");
                load.check();
                assertThat(vrfy(server)).isEqualTo(FIRST);
                Files.writeString(plugins, whole);
                Eventually.get("the second answer", () -> vrfy(server), SECOND::equals);
                load.check();
            }
        }
    }

    @Test
    void anUnreadableFilePluginsIsNamedAndTheRunningPluginsStay(@TempDir Path folder)
            throws IOException {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder().plugins("rcpt_ok", "queue/discard");
        if (Shell.isRoot()) {
            builder.home(UserIT.readableDistribution(folder)).options("--user", "nobody");
        }
        try (ServerUnderTest server = builder.start()) {
            Mail.deliver(server, "before");
            Path plugins = server.config().resolve("plugins");
            Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("---------"));
            server.signal("HUP");
            server.awaitLog("stays in use");
            assertThat(server.log()).contains(plugins.toString());
            Mail.deliver(server, "after");
        }
    }
}
