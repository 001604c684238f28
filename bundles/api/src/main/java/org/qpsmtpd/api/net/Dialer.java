package org.qpsmtpd.api.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a service beside the server, such as a scanner, with one deadline for all that is
 * done with it: connecting, each read and each write. A peer that never answers, that sends an
 * octet now and then, or that does not read, costs no more time than that. How much is read is the
 * caller's to bound. Used by one thread at a time; waits, so not for a {@code NonBlocking} plugin.
 */
public final class Dialer implements AutoCloseable {
    private final String place;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private long due;

    private Dialer(String place, SocketChannel channel, Selector selector, long due)
            throws IOException {
        this.place = place;
        this.channel = channel;
        this.selector = selector;
        this.due = due;
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    /**
     * Connects to the first address of a host that answers; each has an equal share of the time.
     *
     * @param host name, or address with or without brackets; looking up a name counts, but is not
     *     cut short
     * @param port 1 to 65535
     * @param limit for all that is done with the connection
     * @throws SocketTimeoutException when the time is up
     * @throws java.net.UnknownHostException when the name has no address
     * @throws IOException when no address answers; the message names the last one
     */
    public static Dialer connect(String host, int port, Duration limit) throws IOException {
        long due = System.nanoTime() + limit.toNanos();
        InetAddress[] addresses = InetAddress.getAllByName(host);
        List<SocketAddress> all = new ArrayList<>();
        for (InetAddress address : addresses) {
            all.add(new InetSocketAddress(address, port));
        }
        return connect(host + ":" + port, all, due);
    }

    /**
     * Connects to a socket in the file system.
     *
     * @param limit for all that is done with the connection
     * @throws IOException when nobody listens there
     */
    public static Dialer connect(Path socket, Duration limit) throws IOException {
        long due = System.nanoTime() + limit.toNanos();
        return connect(socket.toString(), List.of(UnixDomainSocketAddress.of(socket)), due);
    }

    /**
     * Connects as {@link #connect(String, int, Duration)} does, for a caller with deadlines of its
     * own.
     *
     * @param limit for connecting
     * @return a connected channel in blocking mode
     */
    public static SocketChannel channel(String host, int port, Duration limit) throws IOException {
        return connect(host, port, limit).release();
    }

    /** The same for a socket in the file system. */
    public static SocketChannel channel(Path socket, Duration limit) throws IOException {
        return connect(socket, limit).release();
    }

    private SocketChannel release() throws IOException {
        selector.close();
        channel.configureBlocking(true);
        return channel;
    }

    private static Dialer connect(String place, List<SocketAddress> addresses, long due)
            throws IOException {
        IOException last = new SocketTimeoutException(place + " did not answer in time");
        for (int i = 0; i < addresses.size(); i++) {
            long now = System.nanoTime();
            if (due - now <= 0) {
                break;
            }
            try {
                return attempt(
                        place, addresses.get(i), now + (due - now) / (addresses.size() - i), due);
            } catch (InterruptedIOException e) {
                last = e;
            } catch (IOException e) {
                last = new IOException(place + ": " + e.getMessage(), e);
            }
        }
        throw last;
    }

    private static Dialer attempt(String place, SocketAddress address, long attemptDue, long due)
            throws IOException {
        SocketChannel channel =
                address instanceof InetSocketAddress
                        ? SocketChannel.open()
                        : SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        Selector selector = Selector.open();
        boolean connected = false;
        try {
            Dialer dialer = new Dialer(place, channel, selector, attemptDue);
            boolean done = channel.connect(address);
            while (!done) {
                dialer.await(SelectionKey.OP_CONNECT);
                done = channel.finishConnect();
            }
            dialer.due = due;
            connected = true;
            return dialer;
        } finally {
            if (!connected) {
                selector.close();
                channel.close();
            }
        }
    }

    /** Where it leads: {@code HOST:PORT}, or the path of the socket. */
    public String place() {
        return place;
    }

    /** How much time is left; zero when it is up. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, due - System.nanoTime()));
    }

    /**
     * What the peer sends. Reading throws {@link SocketTimeoutException} when the time is up.
     * Closing it does nothing.
     */
    public InputStream in() {
        return new In();
    }

    /**
     * What goes to the peer, at once: nothing is kept back. Writing throws {@link
     * SocketTimeoutException} when the time is up. Closing it does nothing.
     */
    public OutputStream out() {
        return new Out();
    }

    /** Says that nothing more comes; what the peer sends can still be read. */
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Closes the connection, whatever is on its way. */
    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }

    private void await(int operation) throws IOException {
        long left = due - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException(place + " did not answer in time");
        }
        key.interestOps(operation);
        selector.select(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        selector.selectedKeys().clear();
    }

    private final class In extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, octets.length);
            if (length == 0) {
                return 0;
            }
            ByteBuffer into = ByteBuffer.wrap(octets, from, length);
            int count = channel.read(into);
            while (count == 0) {
                await(SelectionKey.OP_READ);
                count = channel.read(into);
            }
            return count;
        }
    }

    private final class Out extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(octets, from, length);
            while (rest.hasRemaining()) {
                if (channel.write(rest) == 0) {
                    await(SelectionKey.OP_WRITE);
                }
            }
        }
    }
}
