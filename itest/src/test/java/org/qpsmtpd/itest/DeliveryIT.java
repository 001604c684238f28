package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the simplest configuration does with a message. */
class DeliveryIT {
    @Test
    void deliversWhatWasSentBelowItsTraceFields() {
        try (ServerUnderTest server =
                ServerUnderTest.builder().plugins("rcpt_ok", "queue/maildir MAIL").start()) {
            try (SmtpDialogue smtp = server.connect()) {
                smtp.hello();
                smtp.envelope("joe@example.net", "amy@example.com");
                String message = "Subject: dots\r\n\r\n.\r\n..\r\nbody\r\n";
                SmtpReply reply = smtp.data(message.getBytes(StandardCharsets.US_ASCII));
                assertThat(reply.code()).isEqualTo(250);
                assertThat(reply.text()).isEqualTo("Queued!");
            }
            StoredMessage stored = server.maildir().onlyMessage();
            assertThat(stored.contentText()).isEqualTo("Subject: dots\n\n.\n..\nbody\n");
            assertThat(stored.trace("Return-Path")).isEqualTo("<joe@example.net>");
            assertThat(stored.deliveredTo()).containsExactly("amy@example.com");
            assertThat(stored.trace("Authentication-Results"))
                    .isEqualTo("mx.example.org; auth=none");
            assertThat(stored.trace("Received"))
                    .startsWith("from ")
                    .contains("(HELO client.test) (127.0.0.1)")
                    .contains("\n by mx.example.org (qpsmtpd/")
                    .contains(" with ESMTP");
            assertThat(server.maildir().unfinished()).isEmpty();
        }
    }
}
