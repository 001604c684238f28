package org.qpsmtpd.plugin.queue.postfixqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A cleanup that keeps what it is sent, and says what the test wants. */
final class FakeCleanup implements AutoCloseable {
    /** In the place of an answer: says nothing and keeps the connection. */
    static final String SILENT = "<silent>";

    /** In the place of an answer: closes the connection. */
    static final String DROP = "<drop>";

    static final String GREETING = "protocol\0cleanup_protocol\0queue_id\0" + "4XyZab\0\0";

    /**
     * What one connection brought.
     *
     * @param flags the attribute
     * @param records type and data, an octet a character
     * @param isWhole whether the last record came
     */
    record Brought(String flags, List<String> records, boolean isWhole) {}

    private final ServerSocketChannel listener;
    private final Thread listening;
    private final List<Brought> brought = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> clients = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String greeting = GREETING;
    private volatile String answer = "status\0" + "0\0reason\0\0\0";

    private FakeCleanup(ServerSocketChannel listener, SocketAddress at) throws IOException {
        this.listener = listener;
        listener.bind(at);
        listening = start(this::accept);
    }

    static FakeCleanup at(Path socket) throws IOException {
        return new FakeCleanup(
                ServerSocketChannel.open(StandardProtocolFamily.UNIX),
                UnixDomainSocketAddress.of(socket));
    }

    static FakeCleanup onPort() throws IOException {
        return new FakeCleanup(
                ServerSocketChannel.open(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    String hostAndPort() throws IOException {
        return "127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    FakeCleanup greeting(String text) {
        greeting = text;
        return this;
    }

    FakeCleanup answering(String text) {
        answer = text;
        return this;
    }

    FakeCleanup answering(int status, String reason) {
        return answering("status\0" + status + "\0reason\0" + reason + "\0\0");
    }

    /** What the next connection brings, once it has ended. */
    Brought next() throws InterruptedException {
        awaitEnd();
        return brought.get(0);
    }

    /** Waits for the end of the first connection. */
    void awaitEnd() throws InterruptedException {
        if (!ended.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("nothing was brought");
        }
    }

    int messages() {
        return (int) brought.stream().filter(Brought::isWhole).count();
    }

    /** Nobody can connect any more when this returns. */
    @Override
    public void close() throws IOException {
        over.countDown();
        listener.close();
        try {
            listening.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = listener.accept();
                clients.add(client);
                var unused = start(() -> serve(client));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(client));
            OutputStream out = Channels.newOutputStream(client);
            if (!say(out, greeting)) {
                return;
            }
            String flags = text(in).equals("flags") ? text(in) : "none";
            text(in);
            List<String> records = new ArrayList<>();
            boolean whole = records(in, records);
            brought.add(new Brought(flags, records, whole));
            ended.countDown();
            if (whole) {
                say(out, answer);
            }
        } catch (IOException e) {
            ended.countDown();
        }
    }

    private boolean say(OutputStream out, String text) throws IOException {
        if (text.equals(SILENT)) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (text.equals(SILENT) || text.equals(DROP)) {
            return false;
        }
        out.write(text.getBytes(ISO_8859_1));
        return true;
    }

    private static boolean records(InputStream in, List<String> records) throws IOException {
        while (true) {
            int type = in.read();
            if (type < 0) {
                return false;
            }
            int length = 0;
            int shift = 0;
            int octet;
            do {
                octet = in.read();
                length |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet > 0x7F);
            records.add((char) type + new String(in.readNBytes(length), ISO_8859_1));
            if (type == 'E') {
                return true;
            }
        }
    }

    private static String text(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        int octet = in.read();
        while (octet > 0) {
            text.append((char) octet);
            octet = in.read();
        }
        if (octet < 0) {
            throw new EOFException();
        }
        return text.toString();
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "fake cleanup");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
