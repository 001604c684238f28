package org.qpsmtpd.plugin.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What is in the archive when the client of a whole server reads the reply. */
@Timeout(120)
final class ArchiveServerTest {
    private static final RcptHook ANY = (transaction, recipient) -> HookResult.OK;

    private volatile QueueHook queue = transaction -> HookResult.DECLINED;
    private final Path root;

    ArchiveServerTest(@TempDir Path folder) {
        root = folder.resolve("archive");
    }

    @Test
    void hasCopiesOfAcceptedMessagesOnly() throws IOException {
        QueueHook asked = transaction -> queue.onQueue(transaction);
        Map<String, String> values = Map.of("path", root.toString(), "subdir", "");
        ArchivePlugin archive = new ArchivePlugin(Configs.config(ArchiveConfig.class, values));
        try (TestServer server =
                        TestServer.builder()
                                .plugin("any", ANY)
                                .plugin("archive", archive)
                                .plugin("queue", asked)
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.send("EHLO client.example.org").code()).isEqualTo(250);

            assertThat(copiesAtTheReply(client, of(HookResult.deny("no")))).isZero();
            assertThat(copiesAtTheReply(client, of(HookResult.denySoft("no")))).isZero();
            assertThat(copiesAtTheReply(client, of(HookResult.DECLINED))).isZero();
            assertThat(copiesAtTheReply(client, of(HookResult.OK))).isEqualTo(1);
            assertThat(copiesAtTheReply(client, of(HookResult.done(250, "taken")))).isEqualTo(2);
            assertThat(copiesAtTheReply(client, of(HookResult.done(550, "no")))).isEqualTo(2);
            assertThat(copiesAtTheReply(client, ArchiveServerTest::takeForOne)).isEqualTo(3);
        }
    }

    private static QueueHook of(HookResult answer) {
        return transaction -> answer;
    }

    private static HookResult takeForOne(Transaction transaction) {
        transaction.recipients().get(0).settle(HookResult.OK);
        return HookResult.DECLINED;
    }

    private int copiesAtTheReply(SmtpClient client, QueueHook answer) throws IOException {
        queue = answer;
        var ready =
                client.sendAll(
                        "MAIL FROM:<a@example.org>",
                        "RCPT TO:<c@example.com>",
                        "RCPT TO:<d@example.com>");
        assertThat(ready.code()).isEqualTo(250);
        var unused = client.data("Message-Id: <1@example.org>\n\nhello\n");
        assertThat(count("tmp")).isZero();
        return count("new");
    }

    private int count(String part) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(part))) {
            return (int) files.count();
        }
    }
}
