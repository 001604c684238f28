package org.qpsmtpd.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Many sessions that have said EHLO, got their answer, and now say nothing. */
final class IdleSessions implements Closeable {
    private static final int MOST_UNANSWERED = 200;
    private static final long STALL_NANOS = 4_000_000_000L;

    private final Selector selector;
    private final int port;
    private final ByteBuffer input = ByteBuffer.allocateDirect(16 * 1024);
    private final List<SocketChannel> held = new ArrayList<>();
    private long lastProgress;

    private enum Stage {
        BANNER,
        HELLO,
        IDLE
    }

    IdleSessions(int port) throws IOException {
        this.port = port;
        selector = Selector.open();
    }

    /** Opens sessions until there are enough, or until the server has answered none for 4 s. */
    void open(int wanted) throws IOException {
        int opened = 0;
        lastProgress = System.nanoTime();
        while (held.size() < wanted && System.nanoTime() - lastProgress < STALL_NANOS) {
            while (opened < wanted && selector.keys().size() - held.size() < MOST_UNANSWERED) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress("127.0.0.1", port));
                channel.register(selector, SelectionKey.OP_CONNECT, Stage.BANNER);
                opened++;
            }
            selector.select(100);
            serveSelected();
        }
        closeUnanswered();
    }

    /** How many are still open, after a look at what the server has closed meanwhile. */
    int count() throws IOException {
        selector.selectNow();
        serveSelected();
        return held.size();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private void serveSelected() {
        Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
        while (keys.hasNext()) {
            SelectionKey key = keys.next();
            keys.remove();
            try {
                serve(key);
            } catch (IOException e) {
                drop(key);
            }
        }
    }

    private void serve(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        if (key.isConnectable() && channel.finishConnect()) {
            key.interestOps(SelectionKey.OP_READ);
            return;
        }
        input.clear();
        if (channel.read(input) < 0) {
            throw new IOException("closed");
        }
        input.flip();
        switch ((Stage) key.attachment()) {
            case BANNER -> {
                if (endsReply("220")) {
                    channel.write(SmtpConnection.command("EHLO client.example.com"));
                    key.attach(Stage.HELLO);
                }
            }
            case HELLO -> {
                if (endsReply("250")) {
                    key.attach(Stage.IDLE);
                    held.add(channel);
                    lastProgress = System.nanoTime();
                }
            }
            case IDLE -> throw new IOException("the server said something to an idle client");
        }
    }

    /** Whether the input has the last line of the reply; a reply comes in few segments. */
    private boolean endsReply(String code) throws IOException {
        byte[] octets = new byte[input.remaining()];
        input.get(octets);
        String[] lines = new String(octets, StandardCharsets.ISO_8859_1).split("\n");
        String last = lines[lines.length - 1];
        if (last.matches("[45]\\d\\d.*\r?")) {
            throw new IOException(last);
        }
        return last.startsWith(code + " ");
    }

    private void closeUnanswered() {
        for (SelectionKey key : List.copyOf(selector.keys())) {
            if (key.attachment() != Stage.IDLE) {
                drop(key);
            }
        }
    }

    private void drop(SelectionKey key) {
        held.remove(key.channel());
        try {
            key.channel().close();
        } catch (IOException e) {
            key.cancel();
        }
    }
}
