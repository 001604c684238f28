package org.qpsmtpd.dns.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.qpsmtpd.dns.message.Query;

/**
 * A socket of a random port, connected to a name server: the kernel passes on what comes from there
 * alone. Messages that answer nothing are dropped, and the right one is still waited for. Belongs
 * to the loop.
 */
final class DatagramSocket {
    private static final int MOST_AT_ONCE = 64;
    private static final int RECEIVE_BUFFER = 1 << 20;

    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer buffer;
    private final Map<Integer, Exchange> waiting = new HashMap<>();
    private final RandomBits random;
    private final LongConsumer dropped;
    private final int mostSent;
    private int sent;

    /**
     * Opens it.
     *
     * @param buffer what is read is in it for a moment; all sockets share it
     * @param mostSent how many queries leave from its port before another one is taken
     * @param dropped told of messages that answer nothing
     */
    DatagramSocket(
            Loop loop,
            InetSocketAddress server,
            RandomBits random,
            ByteBuffer buffer,
            int mostSent,
            LongConsumer dropped)
            throws IOException {
        this.random = random;
        this.buffer = buffer;
        this.mostSent = mostSent;
        this.dropped = dropped;
        try {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
            channel.connect(server); // the kernel chooses the port at random
            loop.watch(channel, SelectionKey.OP_READ, this::read);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    int waiting() {
        return waiting.size();
    }

    /** Whether another port is to be taken. */
    boolean isUsedUp() {
        return sent >= mostSent;
    }

    void send(Exchange exchange) throws IOException {
        int id = random.next() & 0xFFFF;
        while (waiting.containsKey(id)) {
            id = random.next() & 0xFFFF;
        }
        sent++;
        if (channel.write(ByteBuffer.wrap(exchange.query().octets(id))) == 0) {
            throw new IOException("the socket's buffer is full");
        }
        int own = id;
        waiting.put(own, exchange);
        exchange.atEnd(() -> waiting.remove(own));
    }

    private void read() {
        try {
            for (int i = 0; i < MOST_AT_ONCE && channel.read(buffer.clear()) > 0; i++) {
                byte[] message = new byte[buffer.flip().remaining()];
                buffer.get(message);
                take(message);
            }
        } catch (IOException e) {
            // There is nobody at the port, or no way to the host.
            List.copyOf(waiting.values()).forEach(exchange -> exchange.failed(e));
        }
    }

    private void take(byte[] message) {
        Exchange exchange = waiting.get(Query.id(message));
        Query.Fit fit = exchange == null ? Query.Fit.NONE : exchange.query().fit(message);
        if (exchange == null || fit == Query.Fit.NONE) {
            dropped.accept(1);
            return;
        }
        exchange.answered(message, fit);
    }

    void close() throws IOException {
        channel.close();
    }
}
