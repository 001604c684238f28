package org.qpsmtpd.core.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChildrenTest {
    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void growsUpToItsBoundAndKeepsTheOrder() {
        CountDownLatch busy = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(13);
        List<Integer> order = new CopyOnWriteArrayList<>();
        try (Children children = new Children(3, 1, false, () -> {})) {
            for (int i = 0; i < 3; i++) {
                children.execute(
                        () -> {
                            busy.countDown();
                            await(go);
                            done.countDown();
                        });
            }
            await(busy);
            for (int i = 0; i < 10; i++) {
                int number = i;
                children.execute(
                        () -> {
                            order.add(number);
                            done.countDown();
                        });
            }
            assertThat(children.size()).isEqualTo(3);
            assertThat(children.waiting()).isEqualTo(10);

            go.countDown();
            await(done);
            assertThat(children.waiting()).isZero();
        }
        assertThat(order).hasSize(10).contains(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void keepsTheIdleOnesWarm() {
        CountDownLatch started = new CountDownLatch(4);
        try (Children children = new Children(9, 4, false, started::countDown)) {
            await(started);
            assertThat(children.size()).isEqualTo(4);
        }
    }

    @Test
    void shrinksAgain() throws Exception {
        CountDownLatch busy = new CountDownLatch(5);
        try (Children children = new Children("child-", 5, 1, () -> {}, 10)) {
            for (int i = 0; i < 5; i++) {
                children.execute(
                        () -> {
                            busy.countDown();
                            await(busy);
                        });
            }
            await(busy);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (children.size() > 1 && System.nanoTime() - end < 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(children.size()).isEqualTo(1);
        }
    }

    @Test
    void namesItsThreads() {
        List<String> names = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(2);
        Runnable request =
                () -> {
                    names.add(Thread.currentThread().getName());
                    done.countDown();
                };
        try (Children plain = new Children(1, 0, false, () -> {});
                Children pretty = new Children(1, 0, true, () -> {})) {
            plain.execute(request);
            pretty.execute(request);
            await(done);
        }
        assertThat(names).containsExactlyInAnyOrder("child-1", "qpsmtpd child");
    }

    @Test
    void servesAlthoughARequestFailed() {
        AtomicInteger served = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        try (Children children = new Children(1, 1, false, () -> {})) {
            for (int i = 0; i < 5; i++) {
                children.execute(
                        () -> {
                            served.incrementAndGet();
                            throw new QuietFailure();
                        });
            }
            children.execute(done::countDown);
            await(done);
        }
        assertThat(served.get()).isEqualTo(5);
    }

    @Test
    void servesAlthoughItsStartFailed() {
        CountDownLatch done = new CountDownLatch(3);
        try (Children children =
                new Children(
                        2,
                        1,
                        false,
                        () -> {
                            throw new QuietFailure();
                        })) {
            for (int i = 0; i < 3; i++) {
                children.execute(done::countDown);
            }
            await(done);
        }
    }

    @Test
    void hasSpareOnesWhileOnePluginHoldsMostOfThem() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(4);
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch served = new CountDownLatch(3);
        Runnable hanging =
                () -> {
                    held.countDown();
                    await(over);
                };
        try (Children children = new Children(4, 0, false, () -> {})) {
            for (int i = 0; i < 4; i++) {
                children.executeInTurn(hanging);
            }
            await(held);
            children.execute(served::countDown);
            assertThat(children.waiting()).isEqualTo(1);

            children.hogs(1);
            children.execute(served::countDown);
            children.relieve();
            children.execute(served::countDown);
            await(served);
            assertThat(children.size()).isBetween(5, 6);

            CountDownLatch last = new CountDownLatch(1);
            children.executeInTurn(last::countDown);
            children.relieve();
            assertThat(children.waiting()).isEqualTo(1);
            over.countDown();
            await(last);
        }
    }

    /** Says nothing when it ends a thread. */
    private static final class QuietFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        QuietFailure() {
            super("failed on purpose", null, false, false);
        }
    }
}
