package org.qpsmtpd.plugin.queue.qmailqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What a client of a whole server reads, and what the server adds to the message. */
@Timeout(120)
final class QmailQueueServerTest {
    private static final RcptHook ANY = (transaction, recipient) -> HookResult.OK;

    private final Path folder;

    QmailQueueServerTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void queuesWhatTheServerMakesOfTheMessage() throws Exception {
        TestProgram program = TestProgram.of(folder, TestProgram.RECORD);

        String reply = reply(program.plugin());

        assertThat(reply).matches("250 2\\.\\d\\.\\d Queued! \\d+ qp \\d+ <1@example\\.org>");
        assertThat(program.kept(".envelope")).isEqualTo("Fa@example.org\0Tc@example.com\0\0");
        assertThat(program.kept(".message"))
                .contains("\nReceived: from ")
                .endsWith("\nMessage-Id: <1@example.org>\n\n.a line\n")
                .doesNotContain("\r", "Return-Path");
    }

    @Test
    void saysWhyTheProgramRefuses() throws Exception {
        assertThat(reply("exit 31"))
                .isEqualTo(
                        "552 5.3.0 Unable to queue message (31, message refused for good)"
                                + " (#5.3.0)");
        assertThat(reply("exit 53"))
                .isEqualTo(
                        "452 4.3.0 Unable to queue message (53, write error or disk full)"
                                + " (#4.3.0)");
        assertThat(reply("printf 'Dno such list (#5.1.1)' >&6; exit 82"))
                .isEqualTo("552 5.1.1 no such list (#5.1.1)");
        assertThat(reply("printf 'Zlater (#5.1.1)' >&6; exit 82")).startsWith("452 4.");
    }

    @Test
    void defersWhenTheProgramIsMissing() throws Exception {
        assertThat(reply(TestProgram.plugin(folder.resolve("missing"), 60)))
                .isEqualTo(
                        "451 4.3.0 Unable to queue message (the queue program cannot be started)"
                                + " (#4.3.0)");
    }

    private String reply(String script) throws IOException {
        return reply(TestProgram.of(folder, TestProgram.READ + "; " + script).plugin());
    }

    private static String reply(QmailQueuePlugin plugin) throws IOException {
        try (TestServer server =
                        TestServer.builder()
                                .plugin("any", ANY)
                                .plugin("queue/qmail-queue", plugin)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@example.org", "c@example.com");
            return client.data("Message-Id: <1@example.org>\n\n.a line\n").toString();
        }
    }
}
