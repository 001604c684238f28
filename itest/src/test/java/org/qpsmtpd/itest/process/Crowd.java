package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that send a script as fast as the server takes it, each from one of many addresses, and
 * then say nothing more. One that the server closes is replaced by a new one. All of them are on
 * one thread, which runs until the crowd is closed.
 */
final class Crowd implements AutoCloseable {
    private static final int ADDRESSES = 250;
    private static final int FIRST_ADDRESS = 2;
    private static final int SMALL_BUFFER = 4096;
    private static final int CONNECTING = 100;

    private final int port;
    private final int size;
    private final ByteBuffer script;
    private final boolean reads;
    private final int most;
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private int connecting;
    private volatile boolean closed;
    private volatile String failure = "";

    /** One client and what it has not sent yet. */
    private static final class Client {
        private final ByteBuffer rest;
        private boolean connected;

        Client(ByteBuffer script) {
            rest = script.duplicate();
        }
    }

    /**
     * @param size how many clients there are at once
     * @param most how many there may be one after the other
     * @param script what each sends
     * @param reads whether they read what the server says
     */
    Crowd(int port, int size, int most, String script, boolean reads) {
        this.port = port;
        this.size = size;
        this.most = most;
        byte[] octets = script.getBytes(StandardCharsets.ISO_8859_1);
        this.script = ByteBuffer.allocateDirect(octets.length).put(octets).flip();
        this.reads = reads;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::run, "crowd");
        thread.start();
    }

    /** How many clients have sent all they had. */
    int finished() {
        return finished.get();
    }

    /** How many clients the server has closed. */
    int turnedAway() {
        return turnedAway.get();
    }

    private void run() {
        try {
            while (!closed) {
                while (mayOpen()) {
                    open();
                }
                selector.select(this::step, 50);
            }
        } catch (IOException | RuntimeException e) {
            failure = e.toString();
        }
    }

    private boolean mayOpen() {
        int open = opened.get() - turnedAway.get();
        return open < size && opened.get() < most && connecting < CONNECTING;
    }

    private void open() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        if (!reads) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
        }
        int address = FIRST_ADDRESS + opened.getAndIncrement() % ADDRESSES;
        channel.bind(new InetSocketAddress(Loopback.v4(address), 0));
        connecting++;
        boolean connected = channel.connect(Loopback.v4(1, port));
        channel.register(
                selector,
                connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT,
                new Client(script));
    }

    private void step(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        Client client = (Client) key.attachment();
        try {
            if (!client.connected && channel.finishConnect()) {
                client.connected = true;
                connecting--;
                key.interestOps(SelectionKey.OP_WRITE | (reads ? SelectionKey.OP_READ : 0));
            }
            if (key.isReadable() && isOver(channel)) {
                throw new IOException("closed");
            }
            if (key.isWritable()) {
                channel.write(client.rest);
                if (!client.rest.hasRemaining()) {
                    finished.incrementAndGet();
                    key.interestOps(reads ? SelectionKey.OP_READ : 0);
                }
            }
        } catch (IOException e) {
            turnedAway.incrementAndGet();
            connecting -= client.connected ? 0 : 1;
            close(channel);
        }
    }

    private boolean isOver(SocketChannel channel) throws IOException {
        input.clear();
        return channel.read(input) < 0;
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        assertThat(failure).isEmpty();
    }
}
