package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.testkit.Inside;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** A logging plugin may do what it likes: mail goes on, and the others have the lines. */
class LoggerFaultsTest {
    private static final int SESSIONS = 30;

    private final Mailbox mailbox = new Mailbox();

    private void deliver(TestServer server) throws Exception {
        for (int i = 0; i < SESSIONS; i++) {
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.c", "user@example.com").code()).isEqualTo(250);
                assertThat(client.data("Subject: s\n\ntext").code()).isEqualTo(250);
                assertThat(client.send("QUIT").code()).isEqualTo(221);
            }
        }
        assertThat(mailbox.messages()).hasSize(SESSIONS);
        server.awaitLog("dispatching QUIT");
        assertThat(Inside.listener(server).stuckLoops()).isZero();
    }

    /** Throws whatever it is asked. */
    private static final class Throwing implements LoggingHook {
        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public HookResult onLog(LogRecord line) {
            calls.incrementAndGet();
            throw new StackOverflowError("in a logger");
        }

        @Override
        public boolean takesRecords() {
            return true;
        }

        @Override
        public void onSessionEnd(SessionRecord session) {
            throw new AssertionError("in a logger");
        }
    }

    @Test
    void oneThatThrowsErrors() throws Exception {
        Throwing throwing = new Throwing();
        try (TestServer server =
                TestServer.builder()
                        .logger("throwing", throwing)
                        .plugin("mailbox", mailbox)
                        .start()) {
            deliver(server);
            server.awaitLog("logging plugin throwing failed: java.lang.StackOverflowError");
            server.awaitLog("it is passed over");
            assertThat(throwing.calls.get()).as("calls, then it rests").isLessThan(20);
        }
    }

    @Test
    void oneThatDoesNotComeBack() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        LoggingHook blocking =
                line -> {
                    try {
                        over.await();
                    } catch (InterruptedException e) {
                        return HookResult.DECLINED;
                    }
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder()
                        .logger("blocking", blocking)
                        .plugin("mailbox", mailbox)
                        .start()) {
            deliver(server);
            server.awaitLog("logging plugin blocking did not come back");
            over.countDown();
        }
    }
}
