package org.qpsmtpd.plugin.queue.lmtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes on what comes to a socket in the file system to a port, and back. */
final class Bridge implements AutoCloseable {
    private final ServerSocketChannel listener;
    private final Thread listening;
    private final int port;
    private final AtomicInteger connections = new AtomicInteger();

    private Bridge(Path socket, int port) throws IOException {
        this.port = port;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        listening = start(this::accept);
    }

    static Bridge from(Path socket, int port) throws IOException {
        return new Bridge(socket, port);
    }

    int connections() {
        return connections.get();
    }

    /** Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        listener.close();
        try {
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel near = listener.accept();
                connections.incrementAndGet();
                SocketChannel far =
                        SocketChannel.open(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                var unused = start(() -> pass(near, far));
                unused = start(() -> pass(far, near));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        try (from;
                to) {
            ByteBuffer octets = ByteBuffer.allocate(4096);
            while (from.read(octets) >= 0) {
                octets.flip();
                to.write(octets);
                octets.clear();
            }
        } catch (IOException e) {
            // One side has gone, and the other goes with it.
        }
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "bridge");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
