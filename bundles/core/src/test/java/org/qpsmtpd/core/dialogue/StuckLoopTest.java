package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.NoopHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.core.session.Session;
import org.qpsmtpd.testkit.Inside;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** A plugin that promised not to wait, and does not come back, holds up its own clients only. */
class StuckLoopTest {
    private final Mailbox mailbox = new Mailbox();
    private final Endless endless = new Endless();

    /** Goes round in circles whoever interrupts, until the test is over. */
    @NonBlocking
    private static final class Endless implements NoopHook {
        private final Set<Thread> held = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean over = new AtomicBoolean();

        @Override
        public HookResult onNoop(Connection connection) {
            held.add(Thread.currentThread());
            while (!over.get()) {
                Thread.onSpinWait();
            }
            return HookResult.DECLINED;
        }

        void awaitHeld(int threads) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (held.size() < threads && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(held).hasSizeGreaterThanOrEqualTo(threads);
        }
    }

    private TestServer server() throws Exception {
        return TestServer.builder().plugin("endless", endless).plugin("mailbox", mailbox).start();
    }

    /** Clients that are caught in the plugin, on every loop that the server has usually. */
    private List<SmtpClient> holdUpAllLoops(TestServer server) throws Exception {
        List<SmtpClient> caught = new ArrayList<>();
        int loops = Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < loops; i++) {
            SmtpClient client = server.connect();
            client.read();
            caught.add(client);
        }
        for (SmtpClient client : caught) {
            client.write("NOOP\r\n");
        }
        endless.awaitHeld(loops);
        return caught;
    }

    private static void awaitStuck(TestServer server, int loops) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Inside.listener(server).stuckLoops() < loops && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(Inside.listener(server).stuckLoops()).isEqualTo(loops);
    }

    /** Sessions on loops that are held up say nothing; one that was closed ends in a moment. */
    private static void awaitAnswering(TestServer server, int most) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Inside.listener(server).ask(Session::id).size() > most && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(Inside.listener(server).ask(Session::id)).hasSizeLessThanOrEqualTo(most);
    }

    private static void deliver(TestServer server) throws Exception {
        try (SmtpClient client = server.connect()) {
            assertThat(client.open("a@b.c", "user@example.com").code()).isEqualTo(250);
            assertThat(client.data("Subject: s\n\ntext").code()).isEqualTo(250);
        }
    }

    @Test
    void servesNewClients() throws Exception {
        try (TestServer server = server()) {
            List<SmtpClient> caught = holdUpAllLoops(server);
            try {
                awaitStuck(server, caught.size());

                for (int i = 0; i < 20; i++) {
                    deliver(server);
                }
                assertThat(mailbox.messages()).hasSize(20);
                awaitAnswering(server, 1);
            } finally {
                endless.over.set(true);
            }
            for (SmtpClient client : caught) {
                assertThat(client.read().code()).isEqualTo(250);
                client.close();
            }
        }
    }

    /** Waits for something that never comes, although it said that it does not. */
    @NonBlocking
    private static final class Waiting implements NoopHook {
        private final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public HookResult onNoop(Connection connection) {
            threads.add(Thread.currentThread().getName());
            try {
                TimeUnit.SECONDS.sleep(threads.size() > 1 ? 0 : 600);
            } catch (InterruptedException e) {
                return HookResult.denySoft("interrupted");
            }
            return HookResult.DECLINED;
        }
    }

    @Test
    void interruptsAPluginThatWaitsAndCallsItOnAWorkerAfterwards() throws Exception {
        Waiting waiting = new Waiting();
        try (TestServer server = TestServer.builder().plugin("waiting", waiting).start();
                SmtpClient client = server.connect()) {
            client.read();

            client.send("NOOP");
            server.awaitLog("plugin waiting held up");
            client.send("NOOP");

            assertThat(waiting.threads).hasSize(2);
            assertThat(waiting.threads.get(0)).startsWith("loop");
            assertThat(waiting.threads.get(1)).startsWith("child");
            assertThat(Inside.listener(server).stuckLoops()).isZero();
        }
    }

    /** Interrupts the thread that it is called on. */
    @NonBlocking
    private static final class Interrupting implements NoopHook {
        @Override
        public HookResult onNoop(Connection connection) {
            Thread.currentThread().interrupt();
            return HookResult.DECLINED;
        }
    }

    @Test
    void goesOnAfterAStrayInterrupt() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .config("size_threshold", "10")
                                .plugin("interrupting", new Interrupting())
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
            for (int i = 0; i < 5; i++) {
                assertThat(client.send("NOOP").code()).isEqualTo(250);
            }
            assertThat(client.data("Subject: s\n\nlonger than the threshold").code())
                    .isEqualTo(250);
            deliver(server);
        }
    }

    @Test
    void endsAlthoughAPluginDoesNot() throws Exception {
        try {
            try (TestServer server = server()) {
                List<SmtpClient> caught = holdUpAllLoops(server);
                awaitStuck(server, caught.size());
                deliver(server);
                for (SmtpClient client : caught) {
                    client.close();
                }
            }
        } finally {
            assertThat(endless.over.getAndSet(true)).isFalse();
        }
        assertThat(mailbox.messages()).hasSize(1);
    }
}
