package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** What a running server does on SIGTERM, SIGINT, SIGHUP and when its configuration changes. */
class SignalsIT {

    private static void terminateDuringData(String signal) {
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue idle = server.connect();
                SmtpDialogue busy = server.connect()) {
            idle.hello();
            busy.hello();
            busy.envelope(Mail.SENDER, Mail.RECIPIENT);
            busy.send("DATA");
            busy.expect(354);
            busy.sendBytes(Mail.message("in flight"));
            server.signal(signal);
            idle.expect(421, "4.3.2");
            idle.expectClosed();
            busy.sendText("more of it\r\n.\r\n");
            busy.expect(250);
            assertThat(server.awaitExit()).isZero();
            assertThat(server.maildir().onlyMessage().contentText())
                    .endsWith("\nbody\nmore of it\n");
        }
    }

    @Test
    void termFinishesWhatIsInFlight() {
        terminateDuringData("TERM");
    }

    @Test
    void intFinishesWhatIsInFlight() {
        terminateDuringData("INT");
    }

    @Test
    void termWithNobodyThereEndsWithZero() {
        try (ServerUnderTest server = Mail.server().start()) {
            assertThat(server.stop()).isZero();
        }
    }

    @Test
    void termStopsAcceptingAtOnce() {
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue busy = server.connect()) {
            busy.hello();
            busy.envelope(Mail.SENDER, Mail.RECIPIENT);
            busy.send("DATA");
            busy.expect(354);
            server.signal("TERM");
            Eventually.holds("the port is closed", () -> !isOpen(server));
            busy.sendBytes(Mail.message("last"));
            busy.sendText(".\r\n");
            busy.expect(250);
            assertThat(server.awaitExit()).isZero();
        }
    }

    private static boolean isOpen(ServerUnderTest server) {
        try {
            server.connect().close();
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static int recipientCode(SmtpDialogue session) {
        session.command("RSET");
        session.command("MAIL FROM:<" + Mail.SENDER + ">");
        return session.command("RCPT TO:<" + Mail.RECIPIENT + ">").code();
    }

    private static int recipientCode(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            return recipientCode(session);
        }
    }

    private static ServerUnderTest serverWithClosedRecipients() {
        return Mail.server().file("badrcptto", Mail.RECIPIENT).start();
    }

    @Test
    void hupMakesANewLineCountForTheNextSession() {
        try (ServerUnderTest server = serverWithClosedRecipients();
                SmtpDialogue before = server.connect()) {
            before.hello();
            assertThat(recipientCode(before)).isEqualTo(250);
            server.writeConfig("plugins", "badrcptto", "rcpt_ok", "queue/maildir " + server.mail());
            server.signal("HUP");
            Eventually.get("the new line", () -> recipientCode(server), code -> code == 550);
            assertThat(recipientCode(before)).isEqualTo(250);
        }
    }

    @Test
    void aChangedFileAloneMakesANewLineCount() {
        try (ServerUnderTest server = serverWithClosedRecipients();
                SmtpDialogue before = server.connect()) {
            before.hello();
            server.writeConfig("plugins", "badrcptto", "rcpt_ok", "queue/maildir " + server.mail());
            Eventually.get("the new line", () -> recipientCode(server), code -> code == 550);
            assertThat(recipientCode(before)).isEqualTo(250);
            server.writeConfig("plugins", "rcpt_ok", "queue/maildir " + server.mail());
            Eventually.get("the old lines", () -> recipientCode(server), code -> code == 250);
        }
    }

    @Test
    void aChangedListCountsWithoutASignal() {
        try (ServerUnderTest server = Mail.server().start()) {
            assertThat(recipientCode(server)).isEqualTo(250);
            server.writeConfig("rcpthosts", "example.org");
            Eventually.get("the new list", () -> recipientCode(server), code -> code == 550);
        }
    }

    @Test
    void hupReadsAnOpenSessionsListsAnewButKeepsItsPlugins() {
        try (ServerUnderTest server = Mail.server().start();
                SmtpDialogue session = server.connect()) {
            session.hello();
            Mail.deliver(session, "before");
            server.signal("HUP");
            server.awaitLog("reload: generation 1 in use");
            Mail.deliver(session, "after");
            assertThat(server.maildir().messages()).hasSize(2);
        }
    }
}
