package org.qpsmtpd.plugin.logging.syslog;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.net.Dialer;

/** Sends lines one behind the other (RFC 6587, RFC 5425). */
final class StreamSink implements Sink {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int LOOK_MILLIS = 1;
    private static final byte[] LINE_FEED = {'\n'};
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] NUL = {0};

    private final OutputStream out;
    private final Closeable beneath;
    private final @Nullable Socket socket;
    private final byte[] end;
    private final boolean counted;

    private StreamSink(
            OutputStream out,
            Closeable beneath,
            @Nullable Socket socket,
            byte[] end,
            boolean counted) {
        this.out = out;
        this.beneath = beneath;
        this.socket = socket;
        this.end = end;
        this.counted = counted;
    }

    /** Within this machine; a line ends as the C library ends it. */
    static StreamSink local(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean connected = false;
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            connected = true;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
        return new StreamSink(Channels.newOutputStream(channel), channel, null, NUL, false);
    }

    static StreamSink console(Path path) throws IOException {
        OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE);
        return new StreamSink(out, out, null, CRLF, false);
    }

    static StreamSink tcp(String host, int port, boolean counted) throws IOException {
        Socket socket = connect(host, port);
        return new StreamSink(socket.getOutputStream(), socket, socket, LINE_FEED, counted);
    }

    static StreamSink tls(String host, int port, boolean counted, SSLSocketFactory factory)
            throws IOException {
        Socket plain = connect(host, port);
        boolean agreed = false;
        try {
            SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(HANDSHAKE_MILLIS);
            socket.startHandshake();
            agreed = true;
            return new StreamSink(socket.getOutputStream(), plain, socket, LINE_FEED, counted);
        } finally {
            if (!agreed) {
                plain.close();
            }
        }
    }

    private static Socket connect(String host, int port) throws IOException {
        SocketChannel channel = Dialer.channel(host, port, CONNECT);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel.socket();
    }

    @Override
    public void send(byte[] line, boolean afterPause) throws IOException {
        if (afterPause) {
            requirePeer();
        }
        byte[] count =
                counted ? (line.length + " ").getBytes(StandardCharsets.US_ASCII) : new byte[0];
        byte[] tail = counted ? new byte[0] : end;
        byte[] whole = new byte[count.length + line.length + tail.length];
        System.arraycopy(count, 0, whole, 0, count.length);
        System.arraycopy(line, 0, whole, count.length, line.length);
        System.arraycopy(tail, 0, whole, count.length + line.length, tail.length);
        out.write(whole);
        out.flush();
    }

    /** The first line that is sent to one who has gone would be lost. */
    private void requirePeer() throws IOException {
        Socket connected = socket;
        if (connected == null) {
            return;
        }
        connected.setSoTimeout(LOOK_MILLIS);
        try {
            if (connected.getInputStream().read() < 0) {
                throw new IOException("the server has closed the connection");
            }
        } catch (SocketTimeoutException e) {
            // it is there, and says nothing, as it should be
        }
    }

    /** Not through TLS, which would wait for the server to take a farewell. */
    @Override
    public void close() throws IOException {
        beneath.close();
    }
}
