package org.qpsmtpd.core.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadWatchTest {
    private final List<String> reports = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> started = new ArrayList<>();
    private final ThreadWatch watch =
            new ThreadWatch(this::ownerOf, (owner, count) -> reports.add(owner + " " + count));

    /** Leaks threads. */
    private static final class Leaking implements Runnable {
        private final CountDownLatch over;
        private final CountDownLatch running;

        private Leaking(CountDownLatch over, CountDownLatch running) {
            this.over = over;
            this.running = running;
        }

        @Override
        public void run() {
            running.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Optional<String> ownerOf(String className) {
        asked.incrementAndGet();
        return className.equals(Leaking.class.getName())
                ? Optional.of("leaking")
                : Optional.empty();
    }

    private void leak(int threads) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(new Leaking(over, running));
            thread.setDaemon(true);
            thread.start();
            started.add(thread);
        }
        running.await();
    }

    @AfterEach
    void endThreads() throws InterruptedException {
        over.countDown();
        for (Thread thread : started) {
            thread.join();
        }
    }

    @Test
    void namesWhoHasTooManyThreadsOnceForEachDoubling() throws Exception {
        watch.check();
        leak(201);
        watch.check();
        assertThat(reports).containsExactly("leaking 201");

        leak(150);
        watch.check();
        watch.check();
        assertThat(reports).hasSize(1);

        leak(60);
        for (int i = 0; i < 12; i++) {
            watch.check();
        }
        assertThat(reports).containsExactly("leaking 201", "leaking 411");
    }

    @Test
    void saysNothingOfAFewMore() throws Exception {
        watch.check();
        leak(150);
        watch.check();
        assertThat(asked.get()).isPositive();
        assertThat(reports).isEmpty();
    }

    @Test
    void looksAtNoStackWhileThereAreNotManyMore() throws Exception {
        leak(201);
        for (int i = 0; i < 20; i++) {
            watch.check(500 + i);
        }
        assertThat(asked.get()).isZero();

        watch.check(601);
        assertThat(reports).containsExactly("leaking 201");
    }

    @Test
    void reportsAgainWhatHasGoneAndComeBack() throws Exception {
        leak(250);
        watch.check(10);
        watch.check(300);
        watch.check(10);
        watch.check(300);
        assertThat(reports).containsExactly("leaking 250", "leaking 250");
    }
}
