package org.qpsmtpd.core.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SteadyLoopTest {
    private static final long PATIENCE_SECONDS = 30;

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** NIO that throws an Error in its first rounds. */
    private record Failing(IoHandler nio, AtomicInteger left) implements IoHandler {
        static IoHandlerFactory newFactory(int times) {
            IoHandlerFactory factory = NioIoHandler.newFactory();
            return executor -> new Failing(factory.newHandler(executor), new AtomicInteger(times));
        }

        @Override
        public int run(IoHandlerContext context) {
            if (left.getAndDecrement() > 0) {
                throw new StackOverflowError("in a handler");
            }
            return nio.run(context);
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return nio.register(handle);
        }

        @Override
        public void prepareToDestroy() {
            nio.prepareToDestroy();
        }

        @Override
        public void destroy() {
            nio.destroy();
        }

        @Override
        public void wakeup() {
            nio.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return nio.isCompatible(type);
        }
    }

    private SteadyLoop.Group group(IoHandlerFactory handlers) {
        return new SteadyLoop.Group(
                1,
                new ThreadPerTaskExecutor(Thread::new),
                handlers,
                all -> () -> all[0],
                failure -> {
                    failures.add(failure);
                    throw new AssertionError("whoever is told fails, too");
                });
    }

    @Test
    void goesOnAfterAnError() throws Exception {
        SteadyLoop.Group group = group(Failing.newFactory(3));
        EventLoop loop = group.next();
        String answer = loop.submit(() -> "done").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answer).isEqualTo("done");
        assertThat(failures).hasSize(3);
        assertThat(loop.isShuttingDown()).isFalse();
        end(group);
    }

    @Test
    void endsAlthoughItFailsAtIt() {
        SteadyLoop.Group group = group(Failing.newFactory(Integer.MAX_VALUE));
        group.next().execute(() -> {});
        end(group);
    }

    private static void end(SteadyLoop.Group group) {
        var ended = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        assertThat(ended.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void oneThatHasEndedIsReplaced() {
        Transport transport =
                Transport.best(
                        "test-",
                        2,
                        new Transport.Loops() {
                            @Override
                            public boolean isStuck(EventExecutor loop) {
                                return false;
                            }

                            @Override
                            public void failed(Throwable failure) {
                                failures.add(failure);
                            }
                        });
        EventExecutor ended = transport.group().next();
        var end = ended.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        assertThat(end.awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

        Set<EventExecutor> dealt = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            dealt.add(transport.group().next());
        }
        assertThat(dealt).hasSize(2).doesNotContain(ended);
        for (EventExecutor loop : dealt) {
            assertThat(loop.submit(() -> "done").awaitUninterruptibly(PATIENCE_SECONDS * 1000))
                    .isTrue();
        }
        var over = transport.group().shutdownGracefully(0, 0, TimeUnit.SECONDS);
        for (EventExecutor loop : dealt) {
            assertThat(loop.terminationFuture().awaitUninterruptibly(PATIENCE_SECONDS * 1000))
                    .isTrue();
        }
        assertThat(over.awaitUninterruptibly(PATIENCE_SECONDS * 1000)).isTrue();
        assertThat(transport.group().next().isShuttingDown()).isTrue();
    }
}
