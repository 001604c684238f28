package org.qpsmtpd.core.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopGuardTest {
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(250);

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Map<InlineCalls, CallWatch> watches = new HashMap<>();
    private final ExecutorService loop = Executors.newSingleThreadExecutor();

    @AfterEach
    void endLoop() {
        loop.shutdownNow();
    }

    private void tell(Object who, Thread thread, long millis) {
        told.add(who + " " + millis);
    }

    private void look(InlineCalls calls, int times) {
        CallWatch watch = watches.computeIfAbsent(calls, CallWatch::new);
        for (int i = 0; i < times; i++) {
            watch.look(LOOK, this::tell);
        }
    }

    @Test
    void interruptsACallThatWaitsAndTakesTheInterruptBack() throws Exception {
        CompletableFuture<InlineCalls> started = new CompletableFuture<>();
        CompletableFuture<String> came = new CompletableFuture<>();
        CountDownLatch never = new CountDownLatch(1);
        try (LoopGuard guard = new LoopGuard(this::tell)) {
            loop.execute(
                    () -> {
                        InlineCalls calls = new InlineCalls(Thread.currentThread());
                        guard.watch(calls);
                        calls.begin("sleeper");
                        started.complete(calls);
                        String how = "not";
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            how = "interrupted";
                        } finally {
                            calls.end();
                        }
                        came.complete(how + ", flag " + Thread.currentThread().isInterrupted());
                    });
            InlineCalls calls = started.get(30, TimeUnit.SECONDS);

            assertThat(came.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted, flag false");
            assertThat(calls.isStuck()).isFalse();
            assertThat(told).singleElement().asString().startsWith("sleeper 1");
        }
    }

    @Test
    void tellsOnceOfACallThatIsLong() {
        InlineCalls calls = new InlineCalls(Thread.currentThread());
        calls.begin("looper");
        look(calls, 4);
        assertThat(told).isEmpty();

        look(calls, 1);
        assertThat(told).containsExactly("looper 1000");
        assertThat(calls.isStuck()).isTrue();

        look(calls, 20);
        assertThat(told).hasSize(1);

        calls.end();
        assertThat(calls.isStuck()).isFalse();
        calls.begin("looper");
        look(calls, 5);
        calls.end();
        assertThat(told).hasSize(2);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void saysNothingOfManyShortCalls() {
        InlineCalls calls = new InlineCalls(Thread.currentThread());
        for (int i = 0; i < 20; i++) {
            calls.begin("quick");
            look(calls, 1);
            if (i % 2 == 0) {
                calls.end();
            }
            calls.beat();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void takesBackAnInterruptThatACallLeavesBehind() {
        InlineCalls calls = new InlineCalls(Thread.currentThread());
        calls.begin("interrupter");
        Thread.currentThread().interrupt();
        calls.end();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void leavesOtherThreadsAlone() {
        InlineCalls calls = new InlineCalls(new Thread());
        calls.begin("child");
        look(calls, 8);
        assertThat(told).isEmpty();

        Thread.currentThread().interrupt();
        calls.end();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void noticesALoopThatDoesNotComeRound() {
        InlineCalls calls = new InlineCalls(Thread.currentThread());
        look(calls, 10);
        assertThat(calls.isStuck()).isFalse();
        look(calls, 1);
        assertThat(calls.isStuck()).isTrue();

        calls.beat();
        look(calls, 1);
        assertThat(calls.isStuck()).isFalse();
        assertThat(told).isEmpty();
    }
}
