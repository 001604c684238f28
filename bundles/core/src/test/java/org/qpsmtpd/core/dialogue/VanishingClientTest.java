package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.PostConnectionHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Whenever a client goes, the hooks of the end run once and nothing is left behind. */
class VanishingClientTest {
    private final Mailbox mailbox = new Mailbox();
    private final Witness witness = new Witness();

    /** When the client goes. */
    private enum Stage {
        CONNECTED(""),
        GREETED("EHLO client.test\r\n"),
        HALF_A_COMMAND("EHLO client.test\r\nMAIL FR"),
        MAIL("EHLO client.test\r\nMAIL FROM:<a@b.c>\r\n"),
        RCPT("EHLO client.test\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<user@example.com>\r\n"),
        DATA(RCPT.text + "DATA\r\n"),
        HEADER(DATA.text + "Subject: s\r\n"),
        BODY(HEADER.text + "\r\n" + "0123456789abcde\r\n".repeat(100_000)),
        DOT(BODY.text + "."),
        CHUNK(RCPT.text + "BDAT 20 LAST\r\nSubject: s\r\n"),
        BETWEEN_CHUNKS(RCPT.text + "BDAT 12\r\nSubject: s\r\n"),
        LATER_CHUNK(
                RCPT.text
                        + "BDAT 1700014\r\nSubject: s\r\n\r\n"
                        + "0123456789abcde\r\n".repeat(100_000)
                        + "BDAT 99 LAST\r\nx");

        private final String text;

        Stage(String text) {
            this.text = text;
        }
    }

    /** Writes down which hooks of the end ran. */
    private static final class Witness
            implements DisconnectHook, PostConnectionHook, ResetTransactionHook {
        private final List<String> ran = new CopyOnWriteArrayList<>();
        private final CountDownLatch ended = new CountDownLatch(1);

        @Override
        public void onResetTransaction(Transaction transaction) {
            ran.add(transaction.hasSender() ? "reset" : "reset of an empty one");
        }

        @Override
        public void onDisconnect(Connection connection) {
            ran.add("disconnect");
        }

        @Override
        public void onPostConnection(Connection connection) {
            ran.add("post-connection");
            ended.countDown();
        }

        void awaitEnd() throws InterruptedException {
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private TestServer server() throws Exception {
        return TestServer.builder()
                .config("size_threshold", "1000")
                .plugin("witness", witness)
                .plugin("mailbox", mailbox)
                .start();
    }

    private void leave(Stage stage, boolean reset) throws Exception {
        try (TestServer server = server()) {
            try (SmtpClient client = server.connect()) {
                client.read();
                client.write(stage.text);
                if (stage == Stage.BODY || stage == Stage.DOT) {
                    server.awaitLog("354 go ahead");
                } else if (stage == Stage.LATER_CHUNK) {
                    server.awaitLog("chunk received");
                }
                if (reset) {
                    client.abort();
                } else {
                    client.endOutput();
                }
            }
            witness.awaitEnd();
            awaitEmptySpool(server);
        }
        assertThat(witness.ran)
                .containsOnlyOnce("disconnect")
                .containsOnlyOnce("post-connection")
                .endsWith("post-connection");
        assertThat(mailbox.messages()).isEmpty();
    }

    /** The spool file is deleted on a worker; closing the server would take the directory away. */
    private static void awaitEmptySpool(TestServer server) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!server.spoolFiles().isEmpty() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.spoolFiles()).isEmpty();
        while (server.sessions() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.sessions()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void runsTheLastHooksOnceWhenTheClientCloses(Stage stage) throws Exception {
        leave(stage, false);
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void runsTheLastHooksOnceWhenTheConnectionBreaks(Stage stage) throws Exception {
        leave(stage, true);
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"DATA", "HEADER", "BODY", "DOT", "CHUNK", "LATER_CHUNK"})
    void saysThatAMessageIsIncompleteToAClientThatStillReads(Stage stage) throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.write(stage.text);
            client.endOutput();
            assertThat(client.readToEnd()).endsWith("\r\n451 4.4.2 Incomplete DATA\r\n");
            witness.awaitEnd();
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void resetsTheOpenTransactionBeforeItDisconnects() throws Exception {
        try (TestServer server = server()) {
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.c", "user@example.com").code()).isEqualTo(250);
            }
            witness.awaitEnd();
        }
        assertThat(witness.ran).endsWith("reset", "disconnect", "post-connection");
    }

    @Test
    void disconnectsBeforeItResetsAfterQuit() throws Exception {
        try (TestServer server = server();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            client.send("QUIT");
            assertThat(client.readToEnd()).isEmpty();
            witness.awaitEnd();
        }
        assertThat(witness.ran).endsWith("disconnect", "reset", "post-connection");
    }

    @Test
    void runsTheLastHooksAfterARefusedConnection() throws Exception {
        try (TestServer server = server()) {
            server.mockHook(HookPoint.CONNECT, HookResult.DENY);
            try (SmtpClient client = server.connect()) {
                assertThat(client.read().code()).isEqualTo(550);
                assertThat(client.readToEnd()).isEmpty();
                witness.awaitEnd();
            }
        }
        assertThat(witness.ran).containsExactly("disconnect", "post-connection");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsForTheRunningHook(boolean reset) throws Exception {
        CountDownLatch queueing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        QueueHook slow =
                transaction -> {
                    hold(queueing, go, "queued");
                    return HookResult.OK;
                };
        try (TestServer server =
                TestServer.builder()
                        .plugin("witness", witness)
                        .plugin("slow", slow)
                        .plugin("mailbox", mailbox)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.open("a@b.c", "user@example.com");
                client.send("DATA");
                client.write("Subject: s\r\n\r\nbody\r\n.\r\n");
                assertThat(queueing.await(30, TimeUnit.SECONDS)).isTrue();
                if (reset) {
                    client.abort();
                }
            }
            if (reset) {
                awaitNoConnection(server);
            } // else the client may only have closed its half, and is answered
            go.countDown();
            witness.awaitEnd();
            awaitNoConnection(server);
        }
        assertThat(witness.ran)
                .containsSubsequence("queued", "reset", "disconnect", "post-connection")
                .containsOnlyOnce("disconnect")
                .containsOnlyOnce("post-connection");
    }

    /** Its sender comes again, and would send a duplicate. */
    @Test
    void queuesNothingWhenTheClientBreaksOffBeforeThat() throws Exception {
        CountDownLatch judging = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        DataPostHook slow =
                transaction -> {
                    hold(judging, go, "judged");
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder()
                        .plugin("witness", witness)
                        .plugin("slow", slow)
                        .plugin("mailbox", mailbox)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.open("a@b.c", "user@example.com");
                client.send("DATA");
                client.write("Subject: s\r\n\r\nbody\r\n.\r\n");
                assertThat(judging.await(30, TimeUnit.SECONDS)).isTrue();
                client.abort();
            }
            awaitNoConnection(server);
            go.countDown();
            witness.awaitEnd();
        }
        assertThat(witness.ran).containsSubsequence("judged", "reset", "disconnect");
        assertThat(mailbox.messages()).isEmpty();
    }

    /** A hook that waits until the test lets it go on. */
    private void hold(CountDownLatch entered, CountDownLatch go, String what) {
        entered.countDown();
        try {
            assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        witness.ran.add(what);
    }

    private static void awaitNoConnection(TestServer server) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (server.connections() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.connections()).isZero();
    }
}
