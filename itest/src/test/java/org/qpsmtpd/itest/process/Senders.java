package org.qpsmtpd.itest.process;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.qpsmtpd.itest.SmtpDialogue;

/**
 * Clients, each with an address of its own, that send a message a session, and come again when they
 * are deferred or cut off, until they are closed.
 */
final class Senders implements AutoCloseable {
    /** Where they are. */
    static final String NETWORK = "127.0.0.64/26";

    private static final int FIRST_ADDRESS = 64;
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** No client holds more; it bounds a test whose end never comes. */
    private static final int MOST_SESSIONS = 100_000;

    private final Function<InetAddress, SmtpDialogue> door;
    private final List<Thread> threads;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /**
     * Starts them.
     *
     * @param door connects from an address; the greeting is not read yet
     */
    Senders(int clients, Function<InetAddress, SmtpDialogue> door) {
        this.door = door;
        threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int address = FIRST_ADDRESS + i;
            Thread thread = new Thread(() -> sendAll(address), "sender " + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    private void sendAll(int address) {
        for (int i = 0; i < MOST_SESSIONS && !stopped; i++) {
            try (SmtpDialogue session = door.apply(Loopback.v4(address))) {
                session.hello();
                send(session, address + "-" + i);
            } catch (AssertionError | UncheckedIOException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private void send(SmtpDialogue session, String name) {
        if (session.command("MAIL FROM:<" + Mail.SENDER + ">").code() == 450) {
            comeAgainLater();
            return;
        }
        session.send("RCPT TO:<" + Mail.RECIPIENT + ">").expect(250);
        if (session.data(Mail.message(name)).code() == 250) {
            accepted.add(name);
        } else {
            comeAgainLater();
        }
    }

    /** What a client does that is deferred: what it waits for needs the machine to begin. */
    static void comeAgainLater() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** The subjects of the messages that were answered with 250. */
    Set<String> accepted() {
        return Set.copyOf(accepted);
    }

    /** What sessions ended with that did not end as they should. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits until each client has got so many more messages accepted. */
    void awaitMore(int each) {
        long[] before = counts();
        Eventually.get(
                each + " more messages of each client",
                this::counts,
                now -> IntStream.range(0, now.length).allMatch(i -> now[i] >= before[i] + each));
    }

    private long[] counts() {
        return IntStream.range(0, threads.size())
                .mapToObj(i -> FIRST_ADDRESS + i + "-")
                .mapToLong(name -> accepted.stream().filter(s -> s.startsWith(name)).count())
                .toArray();
    }

    /** Waits until each has ended its session. */
    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
