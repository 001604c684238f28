package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin rcpt_callout with next hops that are servers. */
class CalloutIT {
    private static ServerUnderTest front(String next) {
        return ServerUnderTest.builder().plugins(next, "rcpt_ok", "queue/maildir MAIL").start();
    }

    private static SmtpReply rcpt(SmtpDialogue smtp, String address) {
        return smtp.command("RCPT TO:<" + address + ">");
    }

    @Test
    void saysWhatAnotherServerSays() {
        try (ServerUnderTest next =
                        ServerUnderTest.builder()
                                .plugins("badrcptto", "rcpt_ok", "queue/discard")
                                .file("badrcptto", "gone@example.com\tnobody of that name")
                                .start();
                ServerUnderTest front =
                        front("rcpt_callout 127.0.0.1 " + next.port() + " probe off");
                SmtpDialogue smtp = front.connect()) {
            smtp.hello();
            smtp.command("MAIL FROM:<joe@example.net>");

            assertThat(rcpt(smtp, "amy@example.com").code()).isEqualTo(250);
            SmtpReply gone = rcpt(smtp, "gone@example.com");
            assertThat(gone.code()).isEqualTo(550);
            assertThat(gone.text()).contains("nobody of that name");
            next.stop();
            assertThat(rcpt(smtp, "gone@example.com")).isEqualTo(gone);
            assertThat(rcpt(smtp, "bob@example.com").code()).isEqualTo(450);
        }
    }

    @Test
    void findsThatPostfixSinkTakesAnybody(@TempDir Path directory) {
        try (SmtpSink sink = SmtpSink.start(directory);
                ServerUnderTest front = front("rcpt_callout 127.0.0.1 " + sink.port());
                SmtpDialogue smtp = front.connect()) {
            smtp.hello();
            smtp.command("MAIL FROM:<joe@example.net>");

            assertThat(rcpt(smtp, "amy@example.com").code()).isEqualTo(250);
            assertThat(rcpt(smtp, "bob@example.com").code()).isEqualTo(250);
            front.awaitLog("127.0.0.1:" + sink.port() + " takes any recipient of example.com");
        }
    }
}
