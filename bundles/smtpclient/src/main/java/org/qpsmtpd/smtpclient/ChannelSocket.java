package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a socket in the file system as a {@link Socket}, which the JDK does not have: as
 * much of one as is used here. One thread reads at a time; any may close it.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the channel has locks of its own
final class ChannelSocket extends Socket {
    private final SocketChannel channel;
    private volatile int timeout;
    private volatile @Nullable Selector waiting;

    /**
     * @param channel connected, in blocking mode
     */
    ChannelSocket(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    @Override
    public InputStream getInputStream() {
        return new In();
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    /** The next hop is on this machine. */
    @Override
    public InetAddress getLocalAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public synchronized void setSoTimeout(int millis) {
        timeout = millis;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
        Selector selector = waiting;
        if (selector != null) {
            selector.wakeup();
        }
    }

    private int read(ByteBuffer into) throws IOException {
        channel.configureBlocking(false);
        try {
            int count = channel.read(into);
            if (count == 0) {
                await();
                count = channel.read(into);
            }
            if (count == 0) {
                throw new SocketTimeoutException();
            }
            return count;
        } finally {
            if (channel.isOpen()) {
                channel.configureBlocking(true);
            }
        }
    }

    private void await() throws IOException {
        try (Selector selector = Selector.open()) {
            waiting = selector;
            channel.register(selector, SelectionKey.OP_READ);
            if (channel.isOpen()) {
                selector.select(timeout);
            }
        } finally {
            waiting = null;
        }
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private final class In extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] octets, int from, int length) throws IOException {
            return ChannelSocket.this.read(ByteBuffer.wrap(octets, from, length));
        }
    }
}
