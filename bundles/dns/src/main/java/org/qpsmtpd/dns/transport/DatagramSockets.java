package org.qpsmtpd.dns.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets to a name server: a few, each of which many queries share, and which others replace
 * soon. Who would forge an answer has to guess a port among all there are, and an id. Belongs to
 * the loop.
 */
public final class DatagramSockets {
    private static final Logger LOG = LoggerFactory.getLogger(DatagramSockets.class);

    /** More than is asked for, for servers that do not care. */
    private static final int MOST_OCTETS = 4096;

    private static final int FEWEST = 4;
    private static final int MOST = 64;
    private static final int QUERIES_PER_SOCKET = 16;
    private static final int FEWEST_SENT = 32;
    private static final int MOST_SENT = 256;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Loop loop;
    private final InetSocketAddress server;
    private final RandomBits random;
    private final LongConsumer dropped;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MOST_OCTETS);
    private final List<DatagramSocket> open = new ArrayList<>();
    private final List<DatagramSocket> leaving = new ArrayList<>();
    private @Nullable Alarm look;
    private long lastSent;

    /**
     * Opens none yet.
     *
     * @param dropped told of messages that answer nothing
     */
    public DatagramSockets(
            Loop loop, InetSocketAddress server, RandomBits random, LongConsumer dropped) {
        this.loop = loop;
        this.server = server;
        this.random = random;
        this.dropped = dropped;
    }

    /** Sends a query. */
    public void send(Exchange exchange) {
        lastSent = System.nanoTime();
        if (look == null) {
            look = loop.after(IDLE_NANOS, this::closeWhenIdle);
        }
        try {
            DatagramSocket socket = choose();
            socket.send(exchange);
            if (socket.isUsedUp()) {
                open.remove(socket);
                leaving.add(socket);
            }
        } catch (IOException e) {
            exchange.failed(e);
        }
    }

    private DatagramSocket choose() throws IOException {
        closeLeft();
        int waiting = 0;
        for (DatagramSocket socket : open) {
            waiting += socket.waiting();
        }
        int wanted = Math.min(MOST, FEWEST + waiting / QUERIES_PER_SOCKET);
        if (open.size() < wanted) {
            int mostSent = FEWEST_SENT + random.below(MOST_SENT - FEWEST_SENT);
            open.add(new DatagramSocket(loop, server, random, buffer, mostSent, dropped));
        }
        return open.get(random.below(open.size()));
    }

    private void closeLeft() {
        for (Iterator<DatagramSocket> each = leaving.iterator(); each.hasNext(); ) {
            DatagramSocket socket = each.next();
            if (socket.waiting() == 0) {
                each.remove();
                close(socket);
            }
        }
    }

    private void closeWhenIdle() {
        look = null;
        if (System.nanoTime() - lastSent >= IDLE_NANOS) {
            leave();
        }
        closeLeft();
        if (!open.isEmpty() || !leaving.isEmpty()) {
            look = loop.after(IDLE_NANOS, this::closeWhenIdle);
        }
    }

    /** Closes those that nothing waits at, and the others when that is over. */
    public void leave() {
        leaving.addAll(open);
        open.clear();
        closeLeft();
    }

    private static void close(DatagramSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a socket cannot be closed: {}", e.toString());
        }
    }
}
