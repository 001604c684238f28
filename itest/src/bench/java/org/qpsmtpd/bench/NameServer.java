package org.qpsmtpd.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Knows the names of the {@link Visitor}s, their domains, and that no list has them; of all other
 * names it says that they do not exist. One for all servers of a run, on loopback.
 */
final class NameServer {
    private static final int LARGEST_QUESTION = 512;
    private static final NameServer OF_RUN = start();

    private final DatagramChannel channel;
    private final ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(NameServer::thread);
    private volatile int ttlSeconds;
    private volatile int delayMillis;

    private NameServer(DatagramChannel channel) {
        this.channel = channel;
    }

    /** The one that lasts as long as this process. */
    static NameServer ofRun() {
        return OF_RUN;
    }

    private static NameServer start() {
        try {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            NameServer server = new NameServer(channel);
            thread(server::serve).start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "name-server");
        thread.setDaemon(true);
        return thread;
    }

    int port() {
        return channel.socket().getLocalPort();
    }

    /**
     * How it answers from now on.
     *
     * @param ttl how long answers may be kept, in seconds
     * @param delay how much later they come, in milliseconds
     */
    void answer(int ttl, int delay) {
        ttlSeconds = ttl;
        delayMillis = delay;
    }

    private void serve() {
        ByteBuffer question = ByteBuffer.allocate(LARGEST_QUESTION);
        try {
            while (true) {
                SocketAddress client = channel.receive(question.clear());
                ByteBuffer answer = DnsMessage.answer(question.flip(), ttlSeconds);
                if (delayMillis == 0) {
                    channel.send(answer, client);
                } else {
                    later.schedule(
                            () -> channel.send(answer, client), delayMillis, TimeUnit.MILLISECONDS);
                }
            }
        } catch (IOException e) {
            System.err.println("bench: the name server ended: " + e.getMessage());
        }
    }
}
