package org.qpsmtpd.core.listener;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.channels.ServerSocketChannel;
import java.util.OptionalInt;
import java.util.concurrent.ThreadFactory;

/**
 * How sockets are driven: epoll where the operating system and the JVM's options allow it, else the
 * JDK's NIO. The listening socket is bound by whoever started the server, maybe as root, so epoll
 * needs the descriptor that the JDK keeps inside.
 */
abstract class Transport {
    private final EventLoopGroup group;

    private Transport(EventLoopGroup group) {
        this.group = group;
    }

    static Transport best(int loops) {
        ThreadFactory threads = new DefaultThreadFactory("loop");
        return Native.isUsable() ? new Native(loops, threads) : new Portable(loops, threads);
    }

    EventLoopGroup group() {
        return group;
    }

    abstract ServerChannel server(ServerSocketChannel socket);

    private static final class Portable extends Transport {
        Portable(int loops, ThreadFactory threads) {
            super(new MultiThreadIoEventLoopGroup(loops, threads, NioIoHandler.newFactory()));
        }

        @Override
        ServerChannel server(ServerSocketChannel socket) {
            return new NioServerSocketChannel(socket);
        }
    }

    private static final class Native extends Transport {
        Native(int loops, ThreadFactory threads) {
            super(new MultiThreadIoEventLoopGroup(loops, threads, EpollIoHandler.newFactory()));
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
            int descriptor =
                    Descriptors.of(socket)
                            .orElseThrow(
                                    () -> new IllegalStateException("no descriptor: " + socket));
            return new EpollServerSocketChannel(descriptor);
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

        static OptionalInt of(ServerSocketChannel socket) {
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
