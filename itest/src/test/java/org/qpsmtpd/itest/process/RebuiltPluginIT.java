package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.HookPlugins;

/**
 * A developer's rebuild: the bundle has the name and version of the one that runs, and another text
 * in it.
 */
class RebuiltPluginIT {
    private static final String JAR = "swap_vrfy.jar";
    private static final PluginBundle PLUGIN =
            PluginBundle.of("org.example.swap_vrfy", HookPlugins.Vrfy.class);

    private static ServerUnderTest start(String retireAfter) {
        return Mail.server()
                .file("retire_after", retireAfter)
                .deployed(JAR, PLUGIN.stamped(1).jar())
                .start();
    }

    private static String answer(SmtpDialogue session) {
        return session.command("VRFY amy").text();
    }

    private static String newAnswer(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            return answer(session);
        }
    }

    private static void awaitAnswer(ServerUnderTest server, int stamp) {
        String wanted = "vrfy " + PluginBundle.stamp(stamp);
        Eventually.get(
                "a new session that says " + wanted, () -> newAnswer(server), wanted::equals);
    }

    @Test
    void newSessionsGetTheNewTextWhileAnOpenOneKeepsTheOld() {
        try (ServerUnderTest server = start("60")) {
            awaitAnswer(server, 1);
            try (SmtpDialogue open = server.connect()) {
                open.hello();
                DeployFolder.of(server).put(JAR, PLUGIN.stamped(2).jar());
                awaitAnswer(server, 2);
                assertThat(answer(open)).isEqualTo("vrfy v0000001");
                Mail.deliver(open, "in the older session");
                assertThat(answer(open)).isEqualTo("vrfy v0000001");
                assertThat(newAnswer(server)).isEqualTo("vrfy v0000002");
            }
            assertThat(server.maildir().messages()).hasSize(1);
        }
    }

    @Test
    void afterItsTimeAnIdleSessionEndsAndABusyOneFinishesItsMessage() {
        try (ServerUnderTest server = start("2")) {
            awaitAnswer(server, 1);
            try (SmtpDialogue idle = server.connect();
                    SmtpDialogue busy = server.connect()) {
                idle.hello();
                busy.hello();
                busy.envelope(Mail.SENDER, Mail.RECIPIENT);
                DeployFolder.of(server).put(JAR, PLUGIN.stamped(2).jar());
                idle.expect(421, "4.3.2");
                idle.expectClosed();
                assertThat(answer(busy)).isEqualTo("vrfy v0000001");
                assertThat(busy.data(Mail.message("begun before")).code()).isEqualTo(250);
                busy.expect(421, "4.3.2");
                busy.expectClosed();
                assertThat(newAnswer(server)).isEqualTo("vrfy v0000002");
            }
            server.awaitLog("has left");
            assertThat(server.maildir().messages()).hasSize(1);
            assertThat(Console.bundles(server, "org.example.swap_vrfy")).hasSize(1);
        }
    }

    /** A session that is in the middle of its message when its time is up is not disturbed. */
    @Test
    void aMessageThatIsBeingReceivedIsNotDisturbed() {
        try (ServerUnderTest server = start("1")) {
            awaitAnswer(server, 1);
            try (SmtpDialogue idle = server.connect();
                    SmtpDialogue busy = server.connect()) {
                idle.hello();
                busy.hello();
                busy.envelope(Mail.SENDER, Mail.RECIPIENT);
                busy.send("DATA");
                busy.expect(354);
                busy.sendText("Subject: half\r\n\r\n");
                DeployFolder.of(server).put(JAR, PLUGIN.stamped(2).jar());
                idle.expect(421, "4.3.2");
                busy.sendText("the other half\r\n.\r\n");
                busy.expect(250);
                busy.expect(421, "4.3.2");
                busy.expectClosed();
            }
            assertThat(server.maildir().onlyMessage().contentText()).contains("the other half");
        }
    }
}
