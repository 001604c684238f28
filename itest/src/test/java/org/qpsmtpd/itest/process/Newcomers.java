package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qpsmtpd.itest.Waiting;

/**
 * Clients that all come at once, each from an address of its own by a PROXY header, and take the
 * same steps, each waiting for its replies. One thread serves all of them.
 */
final class Newcomers {
    private static final Pattern REPLY = Pattern.compile("(?m)^(\\d{3}) .*\r\n");
    private static final int LOOK_MILLIS = 100;

    private final int port;
    private final int count;
    private final IntFunction<List<String>> scripts;
    private final ByteBuffer input = ByteBuffer.allocateDirect(8192);
    private final List<Client> clients = new ArrayList<>();

    /** One client, and what it sends: the first line with the connection, one after each reply. */
    private static final class Client {
        private final List<String> lines;
        private final StringBuilder said = new StringBuilder();
        private final List<String> codes = new ArrayList<>();
        private long greeted;

        Client(List<String> lines) {
            this.lines = lines;
        }
    }

    /**
     * @param scripts what the client of a number sends: a PROXY header, and after the greeting and
     *     each further reply a command
     */
    Newcomers(int port, int count, IntFunction<List<String>> scripts) {
        this.port = port;
        this.count = count;
        this.scripts = scripts;
    }

    /**
     * Lets them come, and waits until the last one has got its last reply or has been closed.
     *
     * @param look called again and again meanwhile
     * @return nanoseconds until each had its greeting, from the first connection on
     */
    Figures run(Runnable look) throws IOException {
        long begun = System.nanoTime();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < count; i++) {
                connect(selector, i);
            }
            long looked = begun;
            while (!selector.keys().isEmpty()) {
                selector.select(this::read, LOOK_MILLIS);
                long now = System.nanoTime();
                if (now - begun > Waiting.LIMIT.toNanos()) {
                    throw new AssertionError("still waiting: " + selector.keys().size());
                }
                if (now - looked > LOOK_MILLIS * 1_000_000L) {
                    look.run();
                    looked = now;
                }
                selector.selectNow(); // takes keys out that were cancelled
            }
        }
        return Figures.of(
                clients.stream().filter(c -> c.greeted > 0).map(c -> c.greeted - begun).toList());
    }

    /** The codes of the replies of each client. */
    List<String> codes() {
        return clients.stream().map(client -> String.join(" ", client.codes)).toList();
    }

    private void connect(Selector selector, int number) throws IOException {
        SocketChannel channel = SocketChannel.open(Loopback.v4(1, port));
        Client client = new Client(scripts.apply(number));
        clients.add(client);
        send(channel, client.lines.get(0));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, client);
    }

    private static void send(SocketChannel channel, String line) throws IOException {
        ByteBuffer octets = StandardCharsets.US_ASCII.encode(line + "\r\n");
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private void read(SelectionKey key) {
        SocketChannel channel = (SocketChannel) key.channel();
        Client client = (Client) key.attachment();
        try {
            input.clear();
            if (channel.read(input) < 0) {
                channel.close();
                return;
            }
            client.said.append(StandardCharsets.UTF_8.decode(input.flip()));
            Matcher reply = REPLY.matcher(client.said);
            if (reply.find()) {
                String code = reply.group(1);
                client.said.setLength(0);
                take(channel, client, code);
            }
        } catch (IOException e) {
            client.codes.add(e.getMessage());
            key.cancel();
        }
    }

    private static void take(SocketChannel channel, Client client, String code) throws IOException {
        client.codes.add(code);
        if (client.codes.size() == 1) {
            client.greeted = System.nanoTime();
        }
        if (client.codes.size() < client.lines.size()) {
            send(channel, client.lines.get(client.codes.size()));
        }
    }
}
