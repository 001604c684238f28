package org.qpsmtpd.core.listener;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import org.jspecify.annotations.Nullable;

/**
 * Epoll that keeps a socket of which nothing is wanted, as one whose client has closed its half.
 * Netty 4.2.18 takes such a socket out and does not remember that it did, so that the next change,
 * to send a reply to a slow reader, say, fails and ends the connection. Here the kernel is asked
 * for the edges of errors alone, which it reports once.
 */
final class SteadyEpoll implements IoHandler {
    private final IoHandler epoll;

    private SteadyEpoll(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new SteadyEpoll(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Steady(epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }

    private record Steady(IoRegistration registration) implements IoRegistration {
        @Override
        public long submit(IoOps wanted) {
            boolean nothing = EpollIoOps.NONE.equals(wanted);
            return registration.submit(nothing ? EpollIoOps.EPOLLET : wanted);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as in the interface
        public <T> @Nullable T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
