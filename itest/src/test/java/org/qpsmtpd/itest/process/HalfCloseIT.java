package org.qpsmtpd.itest.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** Clients that send all they have, close their half, and then wait for what the server says. */
class HalfCloseIT {
    private static ServerUnderTest server;

    @BeforeAll
    static void start() {
        server = Mail.server().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** More than is read while the server is busy with what it has read. */
    @RepeatedTest(10)
    void aLongMessageIsAnswered() {
        try (SmtpDialogue session = server.connect()) {
            session.expect(220);
            session.sendText(Mail.wholeSession(50_000)).shutdownOutput();
            assertThat(session.rest()).contains("\r\n250 2.0.0 Queued!", "\r\n221 2.0.0 ");
        }
    }

    @Test
    void anEndedMessageIsNotKept() {
        int before = server.maildir().messages().size();
        String session = Mail.wholeSession(50_000);
        try (SmtpDialogue cut = server.connect()) {
            cut.expect(220);
            cut.sendText(session.substring(0, session.length() - 20)).shutdownOutput();
            assertThat(cut.rest()).doesNotContain("Queued");
        }
        Mail.deliver(server, "after it");
        assertThat(server.maildir().messages()).hasSize(before + 1);
    }

    /** More replies than the sockets hold, so that most of them wait until the client reads. */
    @Test
    void repliesWaitForASlowReader() throws IOException {
        int commands = 12_000;
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(4096);
            client.setSoTimeout((int) Waiting.LIMIT.toMillis());
            client.connect(Loopback.v4(1, server.port()));
            client.getOutputStream()
                    .write(("EHLO a.test\r\n".repeat(commands) + "QUIT\r\n").getBytes(US_ASCII));
            client.shutdownOutput();
            String replies = new String(client.getInputStream().readAllBytes(), US_ASCII);
            assertThat(replies.lines().filter(line -> line.contains(" Hi "))).hasSize(commands);
            assertThat(replies.lines()).last().asString().startsWith("221 ");
        }
    }
}
