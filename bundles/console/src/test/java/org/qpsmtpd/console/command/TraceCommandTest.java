package org.qpsmtpd.console.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

@Timeout(30)
final class TraceCommandTest {
    private final Bench bench = new Bench();
    private final FakeServer server = bench.server;
    private final AtomicReference<Throwable> end = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private Thread trace(String... words) throws InterruptedException {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                String[] all = new String[words.length + 1];
                                all[0] = "trace";
                                System.arraycopy(words, 0, all, 1, words.length);
                                end.set(new AssertionError(bench.run(all)));
                            } catch (InterruptedException | CommandFailure e) {
                                end.set(e);
                            }
                            ended.countDown();
                        });
        thread.start();
        assertThat(server.traced.await(10, TimeUnit.SECONDS)).isTrue();
        return thread;
    }

    private void log(String text) {
        Objects.requireNonNull(server.listener)
                .accept(
                        new LogRecord(
                                FakeServer.BEGIN, LogLevel.INFO, "a.1", "rcpt", "rcpt_ok", text));
    }

    private String printed() {
        return end.get() instanceof AssertionError error
                ? String.valueOf(error.getMessage())
                : bench.takeText();
    }

    @Test
    void followsASessionToItsEnd() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "x"));
        trace("a.1");
        log("first");
        server.connections.clear();
        ended.await();
        assertThat(printed()).isEqualTo("03:04:05.000 INFO a.1 (rcpt) rcpt_ok: first\n");
        assertThat(server.traceEnded.getCount()).isZero();
    }

    @Test
    void followsAnAddressUntilItIsInterrupted() throws InterruptedException {
        Thread thread = trace("192.0.2.7", "--json");
        log("first");
        thread.interrupt();
        ended.await();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(server.traceEnded.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void leavesLinesOutRatherThanHoldingUpTheLog() throws InterruptedException {
        server.connections.add(FakeServer.connection("a.1", "x"));
        int more = 5_000;
        synchronized (bench.printed) {
            // Nothing can be printed while the lock on the output is held.
            trace("a.1");
            for (int i = 0; i < TraceCommand.CAPACITY + more; i++) {
                log("line " + i);
            }
        }
        server.connections.clear();
        ended.await();
        String text = printed();
        assertThat(text).contains(" lines left out, the reader is too slow)");
        assertThat(text.lines().count()).isLessThan(TraceCommand.CAPACITY + more);
    }

    @Test
    void refusesAnUnknownConnection() {
        assertThat(bench.failure("trace", "a.7")).hasMessageContaining("no open connection a.7");
    }
}
