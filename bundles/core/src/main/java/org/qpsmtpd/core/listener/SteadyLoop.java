package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that goes on after whatever was thrown on it. Netty's own ends with its thread when
 * an Error escapes, as one does when what Netty logs of a first one fails itself; its connections
 * then hang for ever, and so does every new one that it is given.
 *
 * <p>Should it end all the same, it closes its connections.
 */
final class SteadyLoop extends SingleThreadIoEventLoop {
    /** So that what fails again and again does not take a processor. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int MOST_AT_END = 50;

    private final Remembering factory;
    private final Consumer<Throwable> failures;
    private boolean prepared;

    /** Remembers the handler that it makes. */
    private static final class Remembering implements IoHandlerFactory {
        private final IoHandlerFactory factory;
        private volatile @Nullable IoHandler made;

        Remembering(IoHandlerFactory factory) {
            this.factory = factory;
        }

        @Override
        public IoHandler newHandler(ThreadAwareExecutor executor) {
            IoHandler handler = factory.newHandler(executor);
            made = handler;
            return handler;
        }

        @Override
        public boolean isChangingThreadSupported() {
            return factory.isChangingThreadSupported();
        }

        void closeAll() {
            IoHandler handler = made;
            if (handler != null) {
                handler.prepareToDestroy();
            }
        }
    }

    private SteadyLoop(
            IoEventLoopGroup parent,
            Executor executor,
            Remembering factory,
            Consumer<Throwable> failures) {
        super(parent, executor, factory);
        this.factory = factory;
        this.failures = failures;
    }

    /**
     * @param failures is told what was thrown, on the loop's thread
     */
    SteadyLoop(
            IoEventLoopGroup parent,
            Executor executor,
            IoHandlerFactory factory,
            Consumer<Throwable> failures) {
        this(parent, executor, new Remembering(factory), failures);
    }

    @Override
    protected void run() {
        if (!prepared) {
            prepared = true;
            addShutdownHook(factory::closeAll);
        }
        int atEnd = 0;
        while (atEnd < MOST_AT_END) {
            try {
                super.run();
                return;
            } catch (Throwable failure) { // whatever it is, the connections are to go on
                survive(failure);
                atEnd += isShuttingDown() ? 1 : 0;
            }
        }
    }

    private void survive(Throwable failure) {
        try {
            failures.accept(failure);
        } catch (Throwable again) {
            // nobody can be told
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Loops of which one that has ended is replaced. */
    static final class Group extends MultiThreadIoEventLoopGroup {
        private final List<EventLoop> replacements = new CopyOnWriteArrayList<>();

        /**
         * @param failures is told what was thrown on a loop
         */
        Group(
                int loops,
                Executor executor,
                IoHandlerFactory handlers,
                EventExecutorChooserFactory chooser,
                Consumer<Throwable> failures) {
            super(loops, executor, handlers, chooser, failures);
        }

        @Override
        @SuppressWarnings("unchecked") // it is what the constructor passed on
        protected IoEventLoop newChild(
                Executor executor, IoHandlerFactory handlers, Object... arguments) {
            return new SteadyLoop(this, executor, handlers, (Consumer<Throwable>) arguments[0]);
        }

        /** Makes a loop in the place of one that has ended. */
        EventLoop replacement(
                Executor executor, IoHandlerFactory handlers, Consumer<Throwable> failures) {
            EventLoop loop = new SteadyLoop(this, executor, handlers, failures);
            replacements.add(loop);
            return loop;
        }

        @Override
        public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
            Future<?> ended = super.shutdownGracefully(quietPeriod, timeout, unit);
            replacements.forEach(
                    loop -> {
                        var unused = loop.shutdownGracefully(quietPeriod, timeout, unit);
                    });
            return ended;
        }
    }
}
