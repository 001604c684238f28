package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/** Instances of plugins that are configured by a file in the deploy folder. */
class ConfiguredInstanceIT {
    private static final String FILE = "count_unrecognized_commands-strict.cfg";

    private static void write(ServerUnderTest server, String name, String text) throws IOException {
        Path file = Files.writeString(server.deploy().resolveSibling(name + ".part"), text);
        Files.move(file, server.deploy().resolve(name));
    }

    /** The first unknown command is one too many when the file counts. */
    private static void assertCounts(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.send("WHAT");
            session.expect(521);
        }
    }

    private static void assertDoesNotCount(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.send("WHAT");
            session.expect(500);
        }
    }

    @Test
    void joinsAndLeavesWithItsFile() throws IOException {
        try (ServerUnderTest server = Mail.server().start()) {
            assertDoesNotCount(server);
            write(server, FILE, "limit = 1\n");
            server.awaitLog("generation 2");
            assertCounts(server);
            Files.delete(server.deploy().resolve(FILE));
            server.awaitLog("generation 3");
            assertDoesNotCount(server);
        }
    }

    @Test
    void aWrongOptionLeavesThePluginsThatRun() throws IOException {
        try (ServerUnderTest server = Mail.server().start()) {
            write(server, FILE, "limits = 1\n");
            server.awaitLog("generation 1 stays in use until this is mended");
            assertThat(server.log())
                    .contains(
                            server.deploy().resolve(FILE)
                                    + ": plugin 'count_unrecognized_commands': unknown option"
                                    + " 'limits', did you mean 'limit'?");
            Mail.deliver(server, "as before");
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    @Test
    void aNameThatNoPluginHasIsSaidAndShown() throws IOException {
        try (ServerUnderTest server = Mail.server().start()) {
            write(server, "count_commands-strict.cfg", "limit = 1\n");
            String reason = "no plugin that is installed has the pid 'count_commands'";
            server.awaitLog("deploy/count_commands-strict.cfg is refused: " + reason);
            assertThat(Console.run(server, "deployments"))
                    .contains("count_commands-strict.cfg")
                    .contains(reason);
        }
    }

    @Test
    void aPluginThatGoesIsMissedByItsFile() throws IOException {
        PluginBundle victim = PluginBundle.of("org.example.victim", VictimPlugins.Good.class);
        try (ServerUnderTest server =
                Mail.server().deployed("victim.jar", victim.numbered(1).jar()).start()) {
            write(server, "victim-one.cfg", "word = first\n");
            server.awaitLog("generation 2");
            Files.delete(server.deploy().resolve("victim.jar"));
            server.awaitLog("deploy/victim-one.cfg: its plugin is not installed any more;");
            assertThat(Console.run(server, "deployments")).contains("victim-one.cfg  waiting");
        }
    }

    @Test
    void aNameThatIsAPathIsLeftOut() throws IOException {
        try (ServerUnderTest server = Mail.server().start()) {
            write(server, "count_unrecognized_commands-..strict.cfg", "limit = 1\n");
            server.awaitLog("the name of a configuration may hold letters, digits");
            assertDoesNotCount(server);
        }
    }
}
