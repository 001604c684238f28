package org.qpsmtpd.dns.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The thread of the look-ups. */
class LoopTest {
    private final List<Thread> threads = new ArrayList<>();

    private Loop loop() throws Exception {
        Loop loop = new Loop("loop of a test");
        CountDownLatch known = new CountDownLatch(1);
        loop.execute(
                () -> {
                    threads.add(Thread.currentThread());
                    known.countDown();
                });
        assertThat(known.await(30, TimeUnit.SECONDS)).isTrue();
        return loop;
    }

    /** One that waits for nothing and one that waits for an alarm, each ended while it waits. */
    @Test
    void endsItsThreadWhenItIsClosed() throws Exception {
        Loop idle = loop();
        Loop waiting = loop();
        waiting.execute(
                () -> {
                    var unused = waiting.after(TimeUnit.HOURS.toNanos(1), () -> {});
                });

        idle.close();
        waiting.close();

        assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
    }

    @Test
    void doesWhatItIsGivenOnceItHasEnded() throws IOException {
        Loop loop = new Loop("loop of a test");
        loop.close();
        List<String> done = new ArrayList<>();

        loop.execute(() -> done.add("at once"));

        assertThat(done).containsExactly("at once");
    }
}
