package org.qpsmtpd.dns.transport;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.dns.message.Query;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over TCP for a single query (RFC 7766). Belongs to the loop. */
final class Stream {
    private static final Logger LOG = LoggerFactory.getLogger(Stream.class);

    private static final int LENGTH = 2;

    private final SocketChannel channel = SocketChannel.open();
    private final Exchange exchange;
    private final ByteBuffer out;
    private final int id;
    private @Nullable SelectionKey key;
    private ByteBuffer in = ByteBuffer.allocate(LENGTH);
    private boolean lengthKnown;

    /**
     * Opens it.
     *
     * @param over runs when it is closed
     */
    Stream(Loop loop, InetSocketAddress server, int id, Exchange exchange, Runnable over)
            throws IOException {
        this.exchange = exchange;
        this.id = id;
        byte[] query = exchange.query().octets(id);
        out = ByteBuffer.allocate(LENGTH + query.length);
        out.putShort((short) query.length).put(query).flip();
        try {
            SelectionKey watched = loop.watch(channel, 0, this::ready);
            key = watched;
            boolean connected = channel.connect(server);
            watched.interestOps(connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        exchange.atEnd(
                () -> {
                    close();
                    over.run();
                });
    }

    private void ready() {
        try {
            if (channel.isConnectionPending()) {
                channel.finishConnect();
            }
            if (out.hasRemaining()) {
                channel.write(out);
            }
            await(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            if (!out.hasRemaining()) {
                read();
            }
        } catch (IOException e) {
            exchange.failed(e);
        }
    }

    private void await(int operation) {
        SelectionKey watched = key;
        if (watched != null) {
            watched.interestOps(operation);
        }
    }

    private void read() throws IOException {
        int count = channel.read(in);
        if (count < 0) {
            throw new EOFException("the server closed the connection before its answer");
        }
        if (in.hasRemaining()) {
            return;
        }
        if (!lengthKnown) {
            lengthKnown = true;
            in = ByteBuffer.allocate(in.getShort(0) & 0xFFFF);
            read();
            return;
        }
        take(in.array());
    }

    private void take(byte[] message) throws IOException {
        Query.Fit fit = Query.id(message) == id ? exchange.query().fit(message) : Query.Fit.NONE;
        if (fit == Query.Fit.NONE) {
            throw new IOException("the server answered another question");
        }
        exchange.answered(message, fit);
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a connection cannot be closed: {}", e.toString());
        }
    }
}
