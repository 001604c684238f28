package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Clients with large messages against few descriptors: the rest of the server goes on. */
@Timeout(120)
class DescriptorsIT {
    private static final int FILES = 900;
    private static final int CLIENTS = 450;

    @Test
    void largeMessagesDoNotTakeTheDescriptorsOfOthers() throws Exception {
        try (ServerUnderTest server = server().start()) {
            assertThat(Console.run(server, "status")).contains(" open of at most 564");
            String begun =
                    "EHLO a.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<u@example.com>\r\nDATA\r\n"
                            + "Subject: x\r\n\r\n"
                            + ("b".repeat(998) + "\r\n").repeat(140);
            try (Crowd crowd = new Crowd(server.port(), CLIENTS, CLIENTS, begun, true)) {
                Eventually.holds("all have sent", () -> crowd.finished() == CLIENTS);

                Mail.deliver(server, "small");
                assertThat(answerToLargeMessage(server)).startsWith("451 4.3.1 ");
                assertThat(Console.run(server, "status")).contains(CLIENTS + " open of at most");
                server.writeConfig("rcpthosts", "example.com", "added.example");
                Eventually.holds("the change is seen", () -> takes(server, "u@added.example"));
                assertThat(server.log())
                        .contains("too many messages are spooled for the limit of open files")
                        .doesNotContain("Too many open files");
            }
            Eventually.holds(
                    "large messages are taken again",
                    () -> answerToLargeMessage(server).startsWith("250 "));
        }
    }

    private static ServerUnderTest.Builder server() {
        return Mail.server()
                .file("logging", "logging/warn 5")
                .file("size_threshold", "64K")
                .options("--max-from-ip", "0")
                .under("prlimit", "--nofile=" + FILES);
    }

    private static String answerToLargeMessage(ServerUnderTest server) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.envelope(Mail.SENDER, Mail.RECIPIENT);
            String message = "Subject: x\r\n\r\n" + "0123456789\r\n".repeat(20_000);
            return session.data(message.getBytes(US_ASCII)).toString();
        }
    }

    private static boolean takes(ServerUnderTest server, String recipient) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            session.send("MAIL FROM:<" + Mail.SENDER + ">");
            session.expect(250);
            session.send("RCPT TO:<" + recipient + ">");
            return session.read().code() == 250;
        }
    }
}
