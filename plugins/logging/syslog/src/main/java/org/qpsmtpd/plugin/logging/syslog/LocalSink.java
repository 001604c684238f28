package org.qpsmtpd.plugin.logging.syslog;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends each line in a datagram of this machine, which the JDK cannot: rsyslog, journald and others
 * read from such a socket.
 */
final class LocalSink implements Sink {
    private static final int MOST_OCTETS = 8192;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Socket socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_OCTETS);
    private volatile boolean closed;

    private LocalSink(Socket socket) {
        this.socket = socket;
    }

    /** A datagram socket, or a stream where the server wants one or there is nothing else. */
    static Sink open(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("there is no such socket");
        }
        return Datagrams.areThere() ? datagrams(path) : StreamSink.local(path);
    }

    private static Sink datagrams(Path path) throws IOException {
        Socket socket = Socket.newSocketDomainDgram();
        IOException failure;
        try {
            socket.connect(new DomainSocketAddress(path.toString()));
            return new LocalSink(socket);
        } catch (IOException e) {
            failure = e;
            socket.close();
        }
        try {
            return StreamSink.local(path);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /** Whether Netty's sockets can be used; asked without loading what may be missing. */
    private static final class Datagrams {
        static boolean areThere() {
            try {
                return Epoll.isAvailable();
            } catch (LinkageError e) {
                return false;
            }
        }
    }

    /** While the server has no room for a datagram, waits: nobody waits for this thread. */
    @Override
    public void send(byte[] line, boolean afterPause) throws IOException {
        int length = Lines.cut(line, MOST_OCTETS);
        buffer.clear();
        buffer.put(line, 0, length);
        while (socket.write(buffer, 0, length) <= 0) {
            if (closed) {
                throw new IOException("closed");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
