package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;

/** Clients that hold one session after the other, without pause, until they are closed. */
final class Load implements AutoCloseable {
    /** No client holds more; it bounds a test whose end never comes. */
    private static final int MOST_SESSIONS = 200_000;

    /** A client gives up after so many failures: the verdict is clear. */
    private static final int MOST_FAILURES = 20;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong sessions = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /** A session. */
    @FunctionalInterface
    interface Session {
        /**
         * Holds it; an assertion that fails makes it a failed one.
         *
         * @param smtp connected, the greeting not read yet
         * @param id a name of its own
         */
        void hold(SmtpDialogue smtp, String id);
    }

    private Load() {}

    /** Starts the clients. */
    static Load start(ServerUnderTest server, int clients, Session session) {
        Load load = new Load();
        for (int i = 1; i <= clients; i++) {
            String name = "l" + i;
            Thread thread = new Thread(() -> load.run(server, session, name), "client " + name);
            thread.setDaemon(true);
            load.threads.add(thread);
        }
        load.threads.forEach(Thread::start);
        return load;
    }

    private void run(ServerUnderTest server, Session session, String name) {
        int failed = 0;
        for (int i = 0; i < MOST_SESSIONS && !stopped && failed < MOST_FAILURES; i++) {
            try (SmtpDialogue smtp = server.connect()) {
                session.hold(smtp, name + "-" + i);
                sessions.incrementAndGet();
            } catch (AssertionError | RuntimeException e) {
                failed++;
                failures.add(name + "-" + i + ": " + e);
            }
        }
    }

    /** A session that delivers a message, and nothing else. */
    static void deliverOne(SmtpDialogue smtp, String id) {
        smtp.hello();
        Mail.deliver(smtp, id);
        smtp.send("QUIT");
        smtp.expect(221);
        smtp.expectClosed();
    }

    /** How many went well so far. */
    long sessions() {
        return sessions.get();
    }

    /** What went wrong so far, with the dialogues. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** None may have failed, and one more must end well now. */
    void check() {
        assertThat(failures()).as("failed sessions").isEmpty();
        long before = sessions();
        Eventually.holds("one more session", () -> sessions() > before || !failures().isEmpty());
        assertThat(failures()).as("failed sessions").isEmpty();
    }

    /** Lets the sessions end. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofMinutes(1).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat(thread.isAlive()).as("%s still runs", thread.getName()).isFalse();
        }
    }
}
