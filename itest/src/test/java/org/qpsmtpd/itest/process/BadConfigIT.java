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

/** A configuration that cannot be served defers mail, and the log says what to mend and where. */
class BadConfigIT {
    private static final String QUEUE = "queue/maildir MAIL";

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
                    headers past           | past
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
            assertThat(server.log()).as("no trace for a typo").doesNotContain("\tat ");
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

    @Test
    void anUnreadableFilePluginsIsNamedAndMailDeferred(@TempDir Path folder) throws IOException {
        ServerUnderTest.Builder builder = Mail.server();
        if (Shell.isRoot()) {
            builder.home(UserIT.readableDistribution(folder)).options("--user", "nobody");
        }
        try (ServerUnderTest server = builder.start()) {
            Path plugins = server.config().resolve("plugins");
            Files.setPosixFilePermissions(plugins, PosixFilePermissions.fromString("---------"));
            server.signal("HUP");
            server.awaitLog(plugins.toString());
            server.awaitLog("generation 2");
            assertTakesNothing(server);
        }
    }
}
