package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/**
 * What keeps a file from being read for a while, and passes without a trace at the file: no
 * descriptor is left, or rights are wrong. What was read before stays in use, and nobody need touch
 * the file.
 */
@Timeout(240)
class PassingFaultsIT {
    private static final String NOT_NOW = "Too many open files";

    private static int answerToRcpt(SmtpDialogue session, String recipient) {
        return session.command("RCPT TO:<" + recipient + ">").code();
    }

    private static void awaitTaken(SmtpDialogue session, String recipient) {
        Eventually.get(
                "RCPT TO:<" + recipient + "> is taken",
                () -> answerToRcpt(session, recipient),
                code -> code == 250);
    }

    private static SmtpDialogue sessionFrom(ServerUnderTest server, String sender) {
        SmtpDialogue session = server.connect();
        session.hello();
        session.command("MAIL FROM:<" + sender + ">");
        return session;
    }

    private static long times(ServerUnderTest server, String text) {
        return server.log().lines().filter(line -> line.contains(text)).count();
    }

    @Test
    void aFileThatCouldNotBeReadIsReadOnceThereAreDescriptors() {
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue session = sessionFrom(server, Mail.SENDER)) {
            try (NoDescriptors none = NoDescriptors.in(server)) {
                assertThat(none).isNotNull();
                assertThat(answerToRcpt(session, Mail.RECIPIENT)).isBetween(400, 499);
                server.awaitLog(server.config() + "/rcpthosts: cannot be read: " + NOT_NOW);
            }
            awaitTaken(session, Mail.RECIPIENT);
            server.awaitLog("rcpthosts can be read again");
            Mail.deliver(server, "afterwards");
            assertThat(Console.run(server, "status")).doesNotContain("cannot be read");
        }
    }

    @Test
    void whatWasReadBeforeStaysInUseAndTheChangeIsSeenAfterwards() {
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue session = sessionFrom(server, Mail.SENDER)) {
            assertThat(answerToRcpt(session, Mail.RECIPIENT)).isEqualTo(250);
            try (NoDescriptors none = NoDescriptors.in(server)) {
                assertThat(none).isNotNull();
                server.writeConfig("rcpthosts", "example.com", "new.example");
                server.awaitLog(server.config() + "/rcpthosts: cannot be read: " + NOT_NOW);
                assertThat(answerToRcpt(session, Mail.RECIPIENT)).isEqualTo(250);
                assertThat(answerToRcpt(session, "amy@new.example")).isEqualTo(550);
            }
            awaitTaken(session, "amy@new.example");
            assertThat(times(server, "rcpthosts: cannot be read")).isEqualTo(1);
        }
    }

    @Test
    void aJarThatComesThenIsTakenLater() {
        byte[] jar =
                PluginBundle.of("org.example.victim", VictimPlugins.Good.class).numbered(1).jar();
        try (ServerUnderTest server = Mail.server().start()) {
            try (NoDescriptors none = NoDescriptors.in(server)) {
                assertThat(none).isNotNull();
                DeployFolder.of(server).put("victim.jar", jar);
                // A sign that the server has looked about meanwhile.
                server.writeConfig("me", "other.example.org");
                server.awaitLog(server.config() + "/me: cannot be read: " + NOT_NOW);
            }
            server.awaitLog("deploy/victim.jar: victim 1.0.1 is in use");
        }
    }

    /** Bad senders are still refused, and our own recipients still taken. */
    private static void assertDecidesAsEver(ServerUnderTest server) {
        try (SmtpDialogue session = sessionFrom(server, Mail.SENDER)) {
            assertThat(answerToRcpt(session, Mail.RECIPIENT)).isEqualTo(250);
            assertThat(answerToRcpt(session, "amy@elsewhere.test")).isEqualTo(550);
        }
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            int mail = session.command("MAIL FROM:<bad@example.net>").code();
            int code = mail == 250 ? answerToRcpt(session, Mail.RECIPIENT) : mail;
            assertThat(code).as(session.transcript()).isBetween(500, 599);
        }
    }

    private static void withRights(ServerUnderTest server, Path path, String rights)
            throws IOException {
        var usual = Files.getPosixFilePermissions(path);
        String told = "cannot be read: permission denied";
        long before = times(server, told);
        long mended = times(server, "can be read again");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
        try {
            Eventually.get(path + " is missed", () -> times(server, told), now -> now > before);
            assertDecidesAsEver(server);
        } finally {
            Files.setPosixFilePermissions(path, usual);
        }
        Eventually.get(
                path + " is back", () -> times(server, "can be read again"), now -> now > mended);
        assertDecidesAsEver(server);
    }

    @Test
    void rightsThatAreWrongForAWhileChangeNothing(@TempDir Path folder) throws IOException {
        ServerUnderTest.Builder builder =
                ServerUnderTest.builder()
                        .plugins("badmailfrom", "rcpt_ok", "queue/discard")
                        .file("badmailfrom", "bad@example.net")
                        .file("rcpthosts", "$include hosts");
        if (Shell.isRoot()) {
            builder.home(UserIT.readableDistribution(folder)).options("--user", "nobody");
        }
        try (ServerUnderTest server = builder.start()) {
            Path hosts = Files.createDirectory(server.config().resolve("hosts"));
            Files.writeString(hosts.resolve("ours"), "example.com\n");
            try (SmtpDialogue session = sessionFrom(server, Mail.SENDER)) {
                awaitTaken(session, Mail.RECIPIENT);
            }
            assertDecidesAsEver(server);
            withRights(server, server.config().resolve("badmailfrom"), "---------");
            withRights(server, hosts.resolve("ours"), "---------");
            // Its names can be read, and nothing else of the files in it.
            withRights(server, hosts, "r--r--r--");
            withRights(server, server.config(), "---------");
        }
    }
}
