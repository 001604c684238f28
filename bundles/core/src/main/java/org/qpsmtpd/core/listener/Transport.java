package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import java.io.IOException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.OptionalInt;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;

/**
 * How sockets are driven: epoll where the operating system and the JVM's options allow it, else the
 * JDK's NIO. The listening socket is bound by whoever started the server, maybe as root, so epoll
 * needs the descriptor that the JDK keeps inside.
 */
abstract class Transport {
    /** Loops that are there for the case that all others are stuck; without a thread until then. */
    static final int SPARE_LOOPS = 4;

    private final EventLoopGroup acceptor;
    private final EventLoopGroup group;

    private Transport(
            String prefix, IoHandlerFactory handlers, int loops, Predicate<EventExecutor> stuck) {
        acceptor = new MultiThreadIoEventLoopGroup(1, threads(prefix + "acceptor"), handlers);
        group =
                new MultiThreadIoEventLoopGroup(
                        loops + SPARE_LOOPS,
                        new ThreadPerTaskExecutor(threads(prefix + "loop")),
                        all -> new LoopChooser(all, loops, stuck),
                        handlers);
    }

    /** Daemons, because a thread that is held up by a plugin may never end. */
    private static ThreadFactory threads(String name) {
        return new DefaultThreadFactory(name, true);
    }

    /**
     * @param prefix how the names of threads begin
     * @param loops threads that own the sockets of connections
     * @param stuck whether a loop is held up, so that it gets no more connections
     */
    static Transport best(String prefix, int loops, Predicate<EventExecutor> stuck) {
        return Native.isUsable()
                ? new Native(prefix, loops, stuck)
                : new Portable(prefix, loops, stuck);
    }

    /** Where connections are accepted; runs no code of plugins, so it is never held up by one. */
    EventLoopGroup acceptor() {
        return acceptor;
    }

    /** Where connections live. */
    EventLoopGroup group() {
        return group;
    }

    abstract ServerChannel server(ServerSocketChannel socket);

    /** Accepts on a Unix-domain socket. */
    abstract ServerChannel localServer(ServerSocketChannel socket);

    /** A connection that somebody else accepted. */
    abstract io.netty.channel.socket.SocketChannel connection(SocketChannel socket);

    private static final class Portable extends Transport {
        Portable(String prefix, int loops, Predicate<EventExecutor> stuck) {
            super(prefix, NioIoHandler.newFactory(), loops, stuck);
        }

        @Override
        ServerChannel server(ServerSocketChannel socket) {
            return new NioServerSocketChannel(socket);
        }

        @Override
        ServerChannel localServer(ServerSocketChannel socket) {
            return new NioServerDomainSocketChannel(socket);
        }

        @Override
        io.netty.channel.socket.SocketChannel connection(SocketChannel socket) {
            return new NioSocketChannel(null, socket);
        }
    }

    private static final class Native extends Transport {
        Native(String prefix, int loops, Predicate<EventExecutor> stuck) {
            super(prefix, SteadyEpoll.newFactory(), loops, stuck);
        }

        static boolean isUsable() {
            try {
                return Epoll.isAvailable() && Descriptors.areReadable();
            } catch (LinkageError e) {
                return false; // the optional bundle is not there
            }
        }

        @Override
        ServerChannel server(ServerSocketChannel socket) {
            return new EpollServerSocketChannel(descriptor(socket));
        }

        @Override
        ServerChannel localServer(ServerSocketChannel socket) {
            // This one does not find out by itself that the socket is bound.
            return new EpollServerDomainSocketChannel(descriptor(socket), true);
        }

        @Override
        io.netty.channel.socket.SocketChannel connection(SocketChannel socket) {
            return new EpollSocketChannel(descriptor(socket));
        }

        private static int descriptor(NetworkChannel socket) {
            return Descriptors.of(socket)
                    .orElseThrow(() -> new IllegalStateException("no descriptor: " + socket));
        }
    }

    /**
     * Reads the descriptor of a socket; works when the JVM runs with {@code --add-opens
     * java.base/sun.nio.ch}.
     */
    private static final class Descriptors {
        private Descriptors() {}

        static boolean areReadable() {
            try (ServerSocketChannel probe = ServerSocketChannel.open()) {
                return of(probe).isPresent();
            } catch (IOException e) {
                return false;
            }
        }

        static OptionalInt of(NetworkChannel socket) {
            try {
                Method descriptor = socket.getClass().getMethod("getFDVal");
                descriptor.setAccessible(true);
                return OptionalInt.of((int) descriptor.invoke(socket));
            } catch (ReflectiveOperationException | InaccessibleObjectException e) {
                return OptionalInt.empty();
            }
        }
    }
}
