package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A next hop that never greets: each message for it keeps a worker busy until the hop hangs up. The
 * system completes the connections, whether they are taken up or not.
 */
final class SilentHop implements AutoCloseable {
    private final ServerSocket socket;

    SilentHop() {
        try {
            socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The line of config/plugins that forwards to it. */
    String line() {
        return "queue/smtp-forward 127.0.0.1 " + socket.getLocalPort();
    }

    /** Waits for so many connections, all open at once, and hangs up on them. */
    void hangUpOn(int connections) {
        try {
            Socket[] taken = new Socket[connections];
            for (int i = 0; i < connections; i++) {
                taken[i] = socket.accept();
            }
            for (Socket connection : taken) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hangs up on everybody and takes no further connections. */
    void goAway() {
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
