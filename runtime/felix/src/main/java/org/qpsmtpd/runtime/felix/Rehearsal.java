package org.qpsmtpd.runtime.felix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A session that the server has with itself, so that the classes of a session are loaded when the
 * JVM writes its archive at the end. No message is delivered.
 */
final class Rehearsal {
    private static final Logger LOG = Logger.getLogger(Rehearsal.class.getName());
    private static final int SECONDS = 30;

    private static final List<String> COMMANDS =
            List.of(
                    "EHLO localhost",
                    "MAIL FROM:<postmaster@localhost>",
                    "RCPT TO:<postmaster>",
                    "RSET",
                    "QUIT");

    /** What a daemon has at its start and a session has not; as root it has JNA, too. */
    private static final List<Class<?>> OF_A_DAEMON =
            List.of(
                    AttachSocket.class,
                    Detachment.class,
                    InheritedListeners.class,
                    ListenAddress.class,
                    OneLine.class,
                    PidFile.class,
                    Processes.class);

    private Rehearsal() {}

    /** The server's end of a connection whose other end has begun to speak. */
    static Inherited begin() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(loopback, 0), 1);
            Socket client = new Socket(loopback, listening.socket().getLocalPort());
            client.setSoTimeout(SECONDS * 1000);
            SocketChannel server = listening.accept();
            Thread thread = new Thread(() -> speak(client), "rehearsal");
            thread.setDaemon(true);
            thread.start();
            return new Inherited(server, Map.of(), true);
        }
    }

    private static void speak(Socket client) {
        try (client;
                BufferedReader replies =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.US_ASCII))) {
            OutputStream out = client.getOutputStream();
            awaitReply(replies);
            LOG.log(Level.FINE, "{0}: {1}", new Object[] {OF_A_DAEMON, LibC.lastError()});
            for (String command : COMMANDS) {
                out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                awaitReply(replies);
            }
        } catch (IOException | LinkageError e) {
            // the server ends with the connection, and the archive is that much smaller
        }
    }

    private static void awaitReply(BufferedReader replies) throws IOException {
        String line = replies.readLine();
        while (line != null && line.startsWith("-", 3)) {
            line = replies.readLine();
        }
    }
}
