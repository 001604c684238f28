package org.qpsmtpd.dns.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/** Queries over TCP, so many at once that their answers do not fill the memory. On the loop. */
public final class Streams {
    private static final int MOST = 64;

    private final Loop loop;
    private final InetSocketAddress server;
    private final RandomBits random;
    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private int open;

    /** Opens none yet. */
    public Streams(Loop loop, InetSocketAddress server, RandomBits random) {
        this.loop = loop;
        this.server = server;
        this.random = random;
    }

    /** Sends a query, when its turn has come. */
    public void send(Exchange exchange) {
        if (exchange.isOver()) {
            return;
        }
        if (open >= MOST) {
            exchange.atEnd(() -> waiting.remove(exchange));
            waiting.add(exchange);
            return;
        }
        try {
            open++;
            var unused = new Stream(loop, server, random.next() & 0xFFFF, exchange, this::closed);
        } catch (IOException | RuntimeException e) {
            open--;
            exchange.failed(e instanceof IOException failure ? failure : new IOException(e));
        }
    }

    private void closed() {
        open--;
        Exchange next = waiting.poll();
        if (next != null) {
            loop.execute(() -> send(next));
        }
    }
}
