package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.HelpHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security row 18: a client that is slow is not waited for without end. */
class DeadlineTest {
    private final Mailbox mailbox = new Mailbox();

    private TestServer server() throws IOException {
        return TestServer.builder()
                .logLevel(LogLevel.NOTICE)
                .config("timeout", "1")
                .plugin("mailbox", mailbox)
                .start();
    }

    /** Sends a piece again and again, some milliseconds apart, until the server has enough. */
    private static CompletableFuture<Void> trickle(SmtpClient client, String piece, int times) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        for (int i = 0; i < times; i++) {
                            client.write(piece);
                            TimeUnit.MILLISECONDS.sleep(100);
                        }
                    } catch (IOException e) {
                        // the server has closed
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void endsASilentSession() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(220);

            assertThat(client.read().toString())
                    .startsWith("421 ")
                    .contains("Connection Timed Out");
            assertThat(client.readToEnd()).isEmpty();
            server.awaitLog("Connection Timed Out");
        }
    }

    @Test
    void givesACommandOneDeadlineHoweverItTrickles() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.read();
            CompletableFuture<Void> sending = trickle(client, "x", 100);

            assertThat(client.read().code()).isEqualTo(421);
            client.abort();
            sending.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void wantsProgressInAMessage() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            CompletableFuture<Void> sending = trickle(client, "a line\r\n", 100);

            assertThat(client.read().code()).isEqualTo(421);
            client.abort();
            sending.get(30, TimeUnit.SECONDS);
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void wantsProgressInAChunk() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.write("BDAT 100000 LAST\r\n");
            CompletableFuture<Void> sending = trickle(client, "a line\r\n", 100);

            assertThat(client.read().code()).isEqualTo(421);
            client.abort();
            sending.get(30, TimeUnit.SECONDS);
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void waitsForAMessageThatMakesProgress() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            client.write("Subject: s\r\n\r\n");
            trickle(client, "0123456\r\n".repeat(2048), 30).get(30, TimeUnit.SECONDS);
            client.write(".\r\n");

            assertThat(client.read().code()).isEqualTo(250);
        }
        assertThat(mailbox.message().text()).hasSizeGreaterThan(500_000);
    }

    @Test
    void servesAHealthyClientBesideHundredsOfSlowOnes() throws Exception {
        List<SmtpClient> slow = new ArrayList<>();
        try (TestServer server = TestServer.builder().plugin("mailbox", mailbox).start()) {
            for (int i = 0; i < 400; i++) {
                SmtpClient client = server.connect();
                slow.add(client);
                client.write("EHLO client.te");
            }
            try (SmtpClient healthy = server.connect()) {
                healthy.open("good@client.test", "user@example.com");

                assertThat(healthy.data("Subject: s\n\nbody\n").code()).isEqualTo(250);
            }
            for (SmtpClient client : slow) {
                client.close();
            }
        }
    }

    /** The client has its whole time after a plugin took longer than that. */
    @Test
    void countsTheDeadlineFromTheReply() throws Exception {
        HelpHook slow = (connection, argument) -> after(3000, HookResult.ok("slow"));
        ConnectHook unhurried = connection -> after(1200, HookResult.DECLINED);
        try (TestServer server =
                        TestServer.builder()
                                .config("timeout", "2")
                                .plugin("slow", slow)
                                .plugin("unhurried", unhurried)
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("HELP").code()).isEqualTo(214);
            try (SmtpClient other = server.connect()) {
                assertThat(other.read().code()).isEqualTo(220); // lasts as long as the hook
            }

            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }

    private static HookResult after(long millis, HookResult result) {
        return HookResult.later(
                CompletableFuture.supplyAsync(
                        () -> result,
                        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)));
    }
}
