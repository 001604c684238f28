package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.testkit.Inside;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Connections looked at, ended and held back while the server runs. */
class SteeringTest {
    private final Mailbox mailbox = new Mailbox();

    /** Holds a worker until it is let go. */
    private static final class Holding {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final RcptHook hook =
                (transaction, recipient) -> {
                    reached.countDown();
                    boolean free = false;
                    while (!free) {
                        free = awaitAnswer();
                    }
                    return HookResult.DECLINED;
                };

        private boolean awaitAnswer() {
            try {
                return letGo.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return false; // this one does not let itself be told
            }
        }
    }

    private static List<String> ids(TestServer server) throws InterruptedException {
        return Inside.listener(server).ask(Session::id);
    }

    /** Until so many are left; one is counted out a moment before its session is no more asked. */
    private static void awaitConnections(TestServer server, int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!(server.connections() == count && ids(server).size() <= count)
                && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(server.connections()).isEqualTo(count);
        assertThat(ids(server)).hasSizeLessThanOrEqualTo(count);
    }

    @Test
    void asksEachSessionOnItsOwnThread() throws Exception {
        try (TestServer server = TestServer.builder().start();
                SmtpClient first = server.connect();
                SmtpClient second = server.connect()) {
            first.read();
            second.read();

            assertThat(ids(server)).hasSize(2).doesNotHaveDuplicates();
            assertThat(Inside.listener(server).ask(session -> Thread.currentThread().getName()))
                    .hasSize(2)
                    .allSatisfy(name -> assertThat(name).startsWith("loop"));
            assertThat(second.send("QUIT").code()).isEqualTo(221);
            awaitConnections(server, 1);
            assertThat(ids(server)).hasSize(1);
        }
    }

    @Test
    void knowsWhereAConnectionComesFrom() throws Exception {
        try (TestServer server = TestServer.builder().start();
                SmtpClient client = server.connect()) {
            client.read();
            String id = ids(server).get(0);

            assertThat(Inside.listener(server).remoteAddress(id))
                    .contains(InetAddress.getLoopbackAddress());
            assertThat(Inside.listener(server).remoteAddress(id + "0")).isEmpty();
        }
    }

    @Test
    void endsAnIdleConnectionAndNoOther() throws Exception {
        try (TestServer server = TestServer.builder().start();
                SmtpClient other = server.connect()) {
            other.read();
            Set<String> before = Set.copyOf(ids(server));
            try (SmtpClient client = server.connect()) {
                client.read();
                String id =
                        ids(server).stream()
                                .filter(known -> !before.contains(known))
                                .findAny()
                                .orElseThrow();

                assertThat(Inside.listener(server).kill(id)).isTrue();

                assertThat(client.read().code()).isEqualTo(421);
                assertThat(client.readToEnd()).isEmpty();
                awaitConnections(server, 1);
                assertThat(Inside.listener(server).kill(id)).isFalse();
            }
            assertThat(other.send("NOOP").code()).isEqualTo(250);
        }
    }

    @Test
    void endsAConnectionWhoseHookHangs() throws Exception {
        Holding holding = new Holding();
        try (TestServer server = TestServer.builder().plugin("hanging", holding.hook).start()) {
            try (SmtpClient client = server.connect()) {
                client.read();
                client.sendAll("EHLO client.test", "MAIL FROM:<a@b.c>");
                client.write("RCPT TO:<user@example.com>\r\n");
                assertThat(holding.reached.await(30, TimeUnit.SECONDS)).isTrue();

                assertThat(Inside.listener(server).kill(ids(server).get(0))).isTrue();

                assertThat(client.read().code()).isEqualTo(421);
                assertThat(client.readToEnd()).isEmpty();
                awaitConnections(server, 0);
                assertThat(server.sessions()).isEqualTo(1);
            } finally {
                holding.letGo.countDown();
            }
        }
    }

    @Test
    void endsAConnectionInTheMiddleOfAMessage() throws Exception {
        try (TestServer server = TestServer.builder().plugin("mailbox", mailbox).start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            client.send("DATA");
            client.write("Subject: half\r\n\r\nof it\r\n");

            assertThat(Inside.listener(server).kill(ids(server).get(0))).isTrue();

            assertThat(client.read().code()).isEqualTo(421);
            awaitConnections(server, 0);
            assertThat(mailbox.messages()).isEmpty();
        }
    }

    @Test
    void endsAConnectionThatDoesNotRead() throws Exception {
        try (TestServer server = TestServer.builder().start();
                SmtpClient client = SmtpClient.connect(server.port(), 2048)) {
            client.read();
            String id = ids(server).get(0);
            Thread sending =
                    new Thread(
                            () -> {
                                try {
                                    while (true) {
                                        client.write("HELP\r\n".repeat(1000));
                                    }
                                } catch (IOException e) {
                                    // the server has closed
                                }
                            });
            sending.start();
            server.awaitLog("HELP");

            assertThat(Inside.listener(server).kill(id)).isTrue();

            sending.join(30_000);
            assertThat(sending.isAlive()).isFalse();
            awaitConnections(server, 0);
        }
    }

    @Test
    void servesWhoCameInAPauseAfterIt() throws Exception {
        try (TestServer server = TestServer.builder().start();
                SmtpClient before = server.connect()) {
            before.read();
            Inside.listener(server).pause();
            assertThat(Inside.listener(server).paused()).isTrue();
            try (SmtpClient waiting = server.connect()) {
                for (int i = 0; i < 20; i++) {
                    assertThat(before.send("NOOP").code()).isEqualTo(250);
                }
                assertThat(waiting.hasInput()).isFalse();
                assertThat(server.connections()).isEqualTo(1);

                Inside.listener(server).resume();

                assertThat(waiting.read().code()).isEqualTo(220);
                assertThat(Inside.listener(server).paused()).isFalse();
            }
        }
    }

    @Test
    void keepsTheLimitAfterAPause() throws Exception {
        try (TestServer server = TestServer.builder().limitConnections(1).start();
                SmtpClient only = server.connect()) {
            only.read();
            Inside.listener(server).pause();
            try (SmtpClient waiting = server.connect()) {
                Inside.listener(server).resume();
                for (int i = 0; i < 20; i++) {
                    assertThat(only.send("NOOP").code()).isEqualTo(250);
                }
                assertThat(waiting.hasInput()).isFalse();
                assertThat(server.connections()).isEqualTo(1);

                assertThat(only.send("QUIT").code()).isEqualTo(221);
                assertThat(waiting.read().code()).isEqualTo(220);
            }
        }
    }

    @Test
    void staysPausedWhenRoomIsMade() throws Exception {
        try (TestServer server = TestServer.builder().limitConnections(2).start();
                SmtpClient first = server.connect();
                SmtpClient second = server.connect()) {
            first.read();
            second.read();
            try (SmtpClient waiting = server.connect()) {
                Inside.listener(server).pause();
                assertThat(second.send("QUIT").code()).isEqualTo(221);
                awaitConnections(server, 1);
                for (int i = 0; i < 20; i++) {
                    assertThat(first.send("NOOP").code()).isEqualTo(250);
                }
                assertThat(waiting.hasInput()).isFalse();

                Inside.listener(server).resume();
                assertThat(waiting.read().code()).isEqualTo(220);
            }
        }
    }
}
