package org.qpsmtpd.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service beside the server that does with each connection what a test says, each on a thread of
 * its own.
 *
 * <pre>{@code
 * try (StandIn spamd = StandIn.onPort((in, out) -> out.write(ANSWER))) {
 *     ... spamd.address() ...
 * }
 * }</pre>
 */
public final class StandIn implements AutoCloseable {
    private final ServerSocketChannel socket;
    private final Script script;
    private final String address;
    private final Thread listening;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();

    /** What is done with a connection, which is closed behind it. */
    public interface Script {
        /** Plays it; an exception of the connection ends it as well. */
        void play(InputStream in, OutputStream out) throws IOException;
    }

    private StandIn(ServerSocketChannel socket, String address, Script script) {
        this.socket = socket;
        this.address = address;
        this.script = script;
        listening = new Thread(this::accept, "stand-in");
        listening.setDaemon(true);
        listening.start();
    }

    /** Listens at a free port of the loopback address. */
    public static StandIn onPort(Script script) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new StandIn(socket, "127.0.0.1:" + socket.socket().getLocalPort(), script);
    }

    /** Listens at a socket in the file system. */
    public static StandIn at(Path path, Script script) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        return new StandIn(socket, path.toString(), script);
    }

    /** {@code 127.0.0.1:PORT}, or the path. */
    public String address() {
        return address;
    }

    /** How many connections there have been. */
    public int accepted() {
        return accepted.get();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = socket.accept();
                accepted.incrementAndGet();
                open.add(channel);
                Thread thread = new Thread(() -> serve(channel), "stand-in connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            script.play(Channels.newInputStream(channel), Channels.newOutputStream(channel));
        } catch (IOException e) {
            // the other side went, as tests have it
        } finally {
            open.remove(channel);
        }
    }

    /** Ends all connections. Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        socket.close();
        try {
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SocketChannel each : open) {
            each.close();
        }
    }
}
