package org.qpsmtpd.plugin.logging.syslog;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/**
 * Where the lines go.
 *
 * @param ways to it, in the order in which they are tried
 * @param host name or address of its machine
 * @param port 1 to 65535; 0 for that of the way
 * @param socket for the ways within this machine
 * @param counted whether a line on a stream has its length before it, instead of an end
 * @param tls for the way of that name
 */
record Server(
        List<Way> ways, String host, int port, Path socket, boolean counted, SSLSocketFactory tls) {

    /**
     * Opens a way.
     *
     * @throws IOException saying what is wrong with it
     */
    Sink open(Way way) throws IOException {
        int to = port == 0 ? way.port() : port;
        return switch (way) {
            case UNIX -> LocalSink.open(socket);
            case STREAM -> StreamSink.local(socket);
            case UDP -> new UdpSink(host, to);
            case TCP -> StreamSink.tcp(host, to, counted);
            case TLS -> StreamSink.tls(host, to, counted, tls);
            case CONSOLE -> StreamSink.console(Path.of("/dev/console"));
        };
    }

    /** Where a way leads to, for people. */
    String name(Way way) {
        return switch (way) {
            case UNIX, STREAM -> socket.toString();
            case CONSOLE -> "/dev/console";
            default -> way.name() + " " + host + ":" + (port == 0 ? way.port() : port);
        };
    }
}
