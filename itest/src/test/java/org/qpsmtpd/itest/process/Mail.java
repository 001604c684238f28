package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** The simplest mail, for tests that are about something else. */
final class Mail {
    static final String SENDER = "joe@example.net";
    static final String RECIPIENT = "amy@example.com";

    private Mail() {}

    static byte[] message(String subject) {
        return ("From: joe@example.net\r\nSubject: " + subject + "\r\n\r\nbody\r\n")
                .getBytes(US_ASCII);
    }

    /** Delivers a message in a session of its own. */
    static void deliver(ServerUnderTest server, String subject) {
        try (SmtpDialogue session = server.connect()) {
            session.hello();
            deliver(session, subject);
        }
    }

    /** Delivers a message in a session that has said hello. */
    static void deliver(SmtpDialogue session, String subject) {
        session.envelope(SENDER, RECIPIENT);
        assertThat(session.data(message(subject)).code())
                .as("the answer in:\n%s", session.transcript())
                .isEqualTo(250);
    }

    /**
     * All that a client sends in a session with one message, in one piece.
     *
     * @param lines of twelve octets that the message has
     */
    static String wholeSession(int lines) {
        return "EHLO client.test\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n"
                        .formatted(SENDER, RECIPIENT)
                + "Subject: whole\r\n\r\n"
                + "0123456789\r\n".repeat(lines)
                + ".\r\nQUIT\r\n";
    }

    /** A server that delivers into a maildir. */
    static ServerUnderTest.Builder server() {
        return ServerUnderTest.builder().plugins("rcpt_ok", "queue/maildir MAIL");
    }
}
