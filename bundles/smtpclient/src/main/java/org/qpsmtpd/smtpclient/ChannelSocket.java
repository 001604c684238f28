package org.qpsmtpd.smtpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/**
 * A connection to a socket in the file system as a {@link Socket}, which the JDK does not have: as
 * much of one as is used here. One thread reads at a time; any may close it.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the channel has locks of its own
final class ChannelSocket extends Socket {
    private final SocketChannel channel;

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
        return Channels.newInputStream(channel);
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
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
