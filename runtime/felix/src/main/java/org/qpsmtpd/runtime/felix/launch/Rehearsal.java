package org.qpsmtpd.runtime.felix.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.qpsmtpd.runtime.felix.home.PidFile;
import org.qpsmtpd.runtime.felix.home.Scratch;
import org.qpsmtpd.runtime.felix.host.Detachment;
import org.qpsmtpd.runtime.felix.host.LibC;
import org.qpsmtpd.runtime.felix.host.Processes;
import org.qpsmtpd.runtime.felix.options.ListenAddress;
import org.qpsmtpd.runtime.felix.options.Options;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.socket.AttachSocket;
import org.qpsmtpd.runtime.felix.socket.InheritedListeners;

/**
 * A session that the server has with itself, so that the classes of a session are loaded when the
 * JVM writes its archive at the end. No message is delivered. It may be root who has the archive
 * made, so the session has the sample configuration, which is in the launcher's own jar, and
 * nothing of what anybody put anywhere: neither the administrator's configuration nor the deploy
 * folder, no log file, no console, and none of the folders that the server writes to.
 */
public final class Rehearsal {
    private static final Logger LOG = Logger.getLogger(Rehearsal.class.getName());
    private static final int SECONDS = 30;

    private static final List<String> COMMANDS =
            List.of(
                    "EHLO localhost",
                    "MAIL FROM:<postmaster@localhost>",
                    "RCPT TO:<postmaster>",
                    "RSET",
                    "QUIT");

    /** The files of the sample configuration. */
    static final List<String> FILES =
            List.of(
                    "badhelo",
                    "badmailfrom",
                    "badrcptto",
                    "clients",
                    "databytes",
                    "hosts_allow",
                    "logging",
                    "loglevel",
                    "me",
                    "plugins",
                    "plugins.submission",
                    "rcpthosts",
                    "relayclients");

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

    /** Writes the configuration, and sets what the container is told of folders and sockets. */
    static void furnish(Scratch room, Map<String, String> properties) throws IOException {
        Path config = room.folder("config");
        for (String name : FILES) {
            try (InputStream content = Rehearsal.class.getResourceAsStream("sample/" + name)) {
                Files.copy(Objects.requireNonNull(content, name), config.resolve(name));
            }
        }
        String log = "logging/file loglevel LOGINFO " + room.cache().resolve("log") + "\n";
        Files.writeString(config.resolve("logging"), log, StandardOpenOption.APPEND);
        String deploy = room.folder("deploy").toString();
        properties.put(Options.PREFIX + "home", room.cache().toString());
        properties.put(Options.PREFIX + "config_dir", config.toString());
        properties.put(Options.PREFIX + "deploy_dir", deploy);
        properties.put(Options.PREFIX + "console_socket", "");
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
