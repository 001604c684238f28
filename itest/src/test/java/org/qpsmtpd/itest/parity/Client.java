package org.qpsmtpd.itest.parity;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.qpsmtpd.itest.Waiting;

/** A connection of which only the codes of the replies matter. */
final class Client implements AutoCloseable {
    /** Stands for the code when the server has closed the connection. */
    static final String CLOSED = "closed";

    /** Stands for the code when nothing comes. */
    static final String SILENT = "silent";

    private final Socket socket = new Socket();
    private final InputStream in;

    Client(String from, int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Waiting.LIMIT.toMillis());
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends octets. */
    void send(byte[] octets) throws IOException {
        try {
            socket.getOutputStream().write(octets);
        } catch (SocketException e) {
            // closed by the server, which the next reading shows
        }
    }

    /** The code of the next reply, of however many lines. */
    String code() throws IOException {
        try {
            String line = line();
            while (line.length() > 3 && line.charAt(3) == '-') {
                line = line();
            }
            return line.equals(CLOSED) ? CLOSED : line.substring(0, Math.min(3, line.length()));
        } catch (SocketTimeoutException e) {
            return SILENT;
        } catch (SocketException e) {
            return CLOSED;
        }
    }

    /** Says that nothing more will come. */
    void finish() throws IOException {
        try {
            socket.shutdownOutput();
        } catch (SocketException e) {
            // closed by the server, which the next reading shows
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int octet = in.read();
        while (octet >= 0 && octet != '\n') {
            line.append((char) octet);
            octet = in.read();
        }
        return octet < 0 ? CLOSED : line.toString().stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
