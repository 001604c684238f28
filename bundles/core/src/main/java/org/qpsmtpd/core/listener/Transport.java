package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
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
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * How sockets are driven: epoll where the operating system and the JVM's options allow it, else the
 * JDK's NIO. The listening socket is bound by whoever started the server, maybe as root, so epoll
 * needs the descriptor that the JDK keeps inside.
 */
abstract class Transport {
    /** Loops that are there for the case that all others are stuck; without a thread until then. */
    static final int SPARE_LOOPS = 4;

    private final IoHandlerFactory handlers;
    private final Loops watched;
    private final Executor threads;
    private final EventLoopGroup acceptor;
    private final SteadyLoop.Group group;

    /** Who looks after the loops. */
    interface Loops {
        /** Whether a loop is held up, so that it gets no more connections. */
        boolean isStuck(EventExecutor loop);

        /** Something was thrown on a loop; told on its thread. */
        void failed(Throwable failure);
    }

    private Transport(String prefix, IoHandlerFactory handlers, int loops, Loops watched) {
        this.handlers = handlers;
        this.watched = watched;
        threads = new ThreadPerTaskExecutor(threads(prefix + "loop"));
        acceptor =
                new SteadyLoop.Group(
                        1,
                        new ThreadPerTaskExecutor(threads(prefix + "acceptor")),
                        handlers,
                        DefaultEventExecutorChooserFactory.INSTANCE,
                        watched::failed);
        group =
                new SteadyLoop.Group(
                        loops + SPARE_LOOPS,
                        threads,
                        handlers,
                        all -> new LoopChooser(all, loops, watched::isStuck, this::replacement),
                        watched::failed);
    }

    private EventExecutor replacement(EventExecutor ended) {
        return group.isShuttingDown()
                ? ended
                : group.replacement(threads, handlers, watched::failed);
    }

    /** Daemons, because a thread that is held up by a plugin may never end. */
    private static ThreadFactory threads(String name) {
        return new DefaultThreadFactory(name, true);
    }

    /**
     * @param prefix how the names of threads begin
     * @param loops threads that own the sockets of connections
     * @param watched who looks after them
     */
    static Transport best(String prefix, int loops, Loops watched) {
        return Native.isUsable()
                ? new Native(prefix, loops, watched)
                : new Portable(prefix, loops, watched);
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
        Portable(String prefix, int loops, Loops watched) {
            super(prefix, NioIoHandler.newFactory(), loops, watched);
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
        Native(String prefix, int loops, Loops watched) {
            super(prefix, SteadyEpoll.newFactory(), loops, watched);
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
