package org.qpsmtpd.peers;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Open files as a part of a question. The JDK cannot pass them, so such connections are driven by
 * epoll, and the JDK is asked for the number that a file has in the system.
 */
final class Passing {
    private Passing() {}

    /** Why files cannot be passed here; absent where they can. */
    static Optional<String> hindrance() {
        try {
            if (!Epoll.isAvailable()) {
                return Optional.of("it needs Linux and Netty's native part for it");
            }
            int ignored = number(FileDescriptor.in);
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("it needs netty-transport-classes-epoll");
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return Optional.of("the JVM needs --add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        }
    }

    static IoHandlerFactory handlers() {
        return EpollIoHandler.newFactory();
    }

    static Class<? extends Channel> channel() {
        return EpollDomainSocketChannel.class;
    }

    /** The same place in the terms of such channels. */
    static SocketAddress place(SocketAddress place) {
        return new DomainSocketAddress(((UnixDomainSocketAddress) place).getPath().toString());
    }

    /**
     * Opens a file and passes it.
     *
     * @param files where it is opened, which may wait
     * @return completes when it has gone or cannot go any more; fails when it cannot be opened
     */
    static CompletableFuture<Void> pass(Path file, Channel channel, Executor files) {
        try {
            return CompletableFuture.supplyAsync(() -> open(file), files)
                    .thenComposeAsync(open -> write(open, channel), channel.eventLoop());
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e); // the way to it has been closed
        }
    }

    private static FileInputStream open(Path file) {
        try {
            return new FileInputStream(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CompletableFuture<Void> write(FileInputStream open, Channel channel) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        try {
            var descriptor = new io.netty.channel.unix.FileDescriptor(number(open.getFD()));
            var unused = channel.writeAndFlush(descriptor).addListener(result -> close(open, gone));
        } catch (IOException | ReflectiveOperationException e) {
            close(open, gone);
        }
        return gone;
    }

    @SuppressWarnings("NullAway") // CompletableFuture<Void> can only be completed with null
    private static void close(FileInputStream open, CompletableFuture<Void> gone) {
        try {
            open.close();
        } catch (IOException e) {
            // it was only read
        }
        gone.complete(null);
    }

    private static int number(FileDescriptor descriptor) throws ReflectiveOperationException {
        Method number = Class.forName("sun.nio.ch.IOUtil").getMethod("fdVal", FileDescriptor.class);
        number.setAccessible(true);
        return (int) number.invoke(null, descriptor);
    }
}
