package org.qpsmtpd.plugin.logging.syslog;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Sends each line in a datagram (RFC 5426). One that nobody receives is noticed with the next, if
 * at all.
 */
final class UdpSink implements Sink {
    /** What every receiver should be able to take. */
    static final int MOST_OCTETS = 2048;

    private final DatagramChannel channel;

    UdpSink(String host, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("there is no address of that name");
        }
        channel = DatagramChannel.open();
        boolean connected = false;
        try {
            channel.connect(address);
            connected = true;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    @Override
    public void send(byte[] line, boolean afterPause) throws IOException {
        channel.write(ByteBuffer.wrap(line, 0, Lines.cut(line, MOST_OCTETS)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
