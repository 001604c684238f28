package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A client that makes a handshake of TLS 1.3, and then sends records of its choice without ever
 * reading what it is sent.
 */
final class RecordClient implements AutoCloseable {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int SMALL = 4096;

    /** A server that has not read for so long does not read on. */
    private static final Duration STALL = Duration.ofSeconds(3);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer input = ByteBuffer.allocate(64 * 1024);
    private final ByteBuffer output = ByteBuffer.allocate(64 * 1024);

    private RecordClient(SocketChannel channel) throws GeneralSecurityException {
        this.channel = channel;
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {"TLSv1.3"});
    }

    /** Connects from an address of this host to a port that begins with TLS. */
    static RecordClient connect(InetAddress from, int port) throws Exception {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
        channel.bind(new InetSocketAddress(from, 0));
        channel.connect(Loopback.v4(1, port));
        RecordClient client = new RecordClient(channel);
        client.handshake();
        return client;
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.NOT_HANDSHAKING) {
            switch (status) {
                case NEED_WRAP -> send(record(NOTHING));
                case NEED_TASK -> engine.getDelegatedTask().run();
                default -> receive();
            }
            status = engine.getHandshakeStatus();
        }
    }

    private void receive() throws IOException {
        input.flip();
        int before = input.remaining();
        engine.unwrap(input, ByteBuffer.allocate(32 * 1024));
        boolean used = input.remaining() < before;
        input.compact();
        if (!used && channel.read(input) < 0) {
            throw new IOException("closed during the handshake");
        }
    }

    private void send(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private ByteBuffer record(ByteBuffer data) throws SSLException {
        engine.wrap(data, output.clear());
        return output.flip();
    }

    /**
     * Sends records that ask for a new key, until the server closes or reads no more.
     *
     * @param most how many it sends at most
     * @return how many the server took
     */
    int changeKeys(int most) throws IOException {
        return offer(
                most,
                () -> {
                    engine.beginHandshake();
                    return record(NOTHING);
                });
    }

    /**
     * Sends records full of a command, until the server closes or reads no more.
     *
     * @param most how many it sends at most
     * @return how many the server took
     */
    int repeat(String command, int most) throws IOException {
        byte[] full = (command + "\r\n").repeat(800).getBytes(StandardCharsets.US_ASCII);
        return offer(most, () -> record(ByteBuffer.wrap(full)));
    }

    private interface Source {
        ByteBuffer next() throws SSLException;
    }

    private int offer(int most, Source records) throws IOException {
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_WRITE);
            int taken = 0;
            while (taken < most && takes(selector, records.next())) {
                taken++;
            }
            return taken;
        }
    }

    private boolean takes(Selector selector, ByteBuffer record) {
        try {
            while (record.hasRemaining()) {
                if (channel.write(record) == 0) {
                    selector.selectedKeys().clear();
                    if (selector.select(STALL.toMillis()) == 0) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            return false; // the server has closed
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
