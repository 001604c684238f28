package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.ServerUnderTest;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.Waiting;

/** Many idle and slow sessions on few threads, with the usual heap and the usual children. */
@Timeout(240)
class IdleSessionsIT {
    private static final int WANTED = 10_000;
    private static final int SLOW = 2_000;

    /** Files of this process, and of the server, that are no connections. */
    private static final int OTHER_FILES = 512;

    /** Event loops, workers, and what a JVM has of its own. */
    private static final int MOST_THREADS = 80;

    private static final int MESSAGES = 20;
    private static final int AT_ONCE = 200;
    private static final int LAST_ADDRESS = 50;

    /** A JVM raises its own limit as far as it may, so the server's is the same. */
    private static int sessions() throws IOException {
        String line =
                Files.readAllLines(Path.of("/proc/self/limits")).stream()
                        .filter(limit -> limit.startsWith("Max open files"))
                        .findFirst()
                        .orElseThrow();
        String soft = line.split("\\s+", -1)[3];
        int files = soft.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(soft);
        int sessions = Math.min(WANTED, files - OTHER_FILES);
        Figures.print("idle: %s open files allowed, so %d sessions", soft, sessions);
        return sessions;
    }

    @Test
    void holdsThousandsOfIdleAndSlowSessionsBesideAWorkingOne() throws IOException {
        int limit = sessions();
        try (ServerUnderTest server =
                        Mail.server()
                                .file("loglevel", "4")
                                .options(
                                        "--max-from-ip",
                                        "0",
                                        "--limit-connections",
                                        Integer.toString(limit))
                                .start();
                Sessions sessions = new Sessions(server.port())) {
            ProcessView process = new ProcessView(server.pid());
            deliver(server);
            double alone = deliver(server);

            sessions.open(limit - 1);
            double beside = deliver(server);
            Figures.print(
                    "idle: a message takes %.1f ms alone, %.1f ms beside %d idle sessions (%.2f"
                            + " times), %d threads",
                    alone, beside, limit - 1, beside / alone, process.threads().size());
            assertThat(process.threads()).hasSizeLessThan(MOST_THREADS);

            // The last place is taken: the next client waits in the backlog until another leaves.
            try (SmtpDialogue last = server.connect()) {
                last.expect(220);
                try (SmtpDialogue next = server.connect()) {
                    next.send("EHLO early.test");
                    assertThat(Console.run(server, "status"))
                            .contains(limit + " open of at most " + limit);
                    last.command("QUIT");
                    next.expect(220);
                    next.expect(250);
                }
            }

            int slow = Math.min(SLOW, limit / 2);
            sessions.trickle(slow, "MAIL FROM:<joe@example.net>\r\n");
            double amongSlow = deliver(server);
            sessions.expectReplies(slow);
            Figures.print("idle: a message takes %.1f ms beside %d slow sessions", amongSlow, slow);
            assertThat(process.threads()).hasSizeLessThan(MOST_THREADS);
            assertThat(sessions.count()).isEqualTo(limit - 1);
        }
    }

    /** The median time of a whole session with a message, in milliseconds. */
    private static double deliver(ServerUnderTest server) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            long begin = System.nanoTime();
            Mail.deliver(server, "message " + i);
            times.add(System.nanoTime() - begin);
        }
        return Figures.of(times).median();
    }

    /** Clients on one thread, from several addresses, since one has too few ports. */
    private static final class Sessions implements AutoCloseable {
        private final int port;
        private final Selector selector = Selector.open();
        private final List<SocketChannel> greeted = new ArrayList<>();
        private final ByteBuffer input = ByteBuffer.allocateDirect(4096);
        private int replies;

        Sessions(int port) throws IOException {
            this.port = port;
        }

        /** Opens sessions and reads their greetings. */
        void open(int wanted) throws IOException {
            int opened = 0;
            while (greeted.size() < wanted) {
                while (opened < wanted && opened - greeted.size() < AT_ONCE) {
                    connect(2 + opened % LAST_ADDRESS);
                    opened++;
                }
                read();
            }
        }

        private void connect(int address) throws IOException {
            SocketChannel channel = SocketChannel.open();
            channel.bind(new InetSocketAddress(Loopback.v4(address), 0));
            channel.connect(Loopback.v4(1, port));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }

        private void read() throws IOException {
            selector.select(Waiting.LIMIT.toMillis());
            assertThat(selector.selectedKeys()).as("an answer in time").isNotEmpty();
            for (SelectionKey key : selector.selectedKeys()) {
                SocketChannel channel = (SocketChannel) key.channel();
                input.clear();
                assertThat(channel.read(input)).as("closed by the server").isPositive();
                String text = StandardCharsets.US_ASCII.decode(input.flip()).toString();
                if (text.startsWith("220 ")) {
                    greeted.add(channel);
                } else {
                    assertThat(text).startsWith("5");
                    replies++;
                }
            }
            selector.selectedKeys().clear();
        }

        /** Sends a command from the first sessions, an octet from each in turn. */
        void trickle(int number, String command) throws IOException {
            for (byte octet : command.getBytes(StandardCharsets.US_ASCII)) {
                for (SocketChannel channel : greeted.subList(0, number)) {
                    channel.write(ByteBuffer.wrap(new byte[] {octet}));
                }
            }
        }

        /** Each of them must have got an answer: that EHLO comes first. */
        void expectReplies(int number) throws IOException {
            while (replies < number) {
                read();
            }
        }

        /** How many are still open. */
        int count() throws IOException {
            selector.selectNow();
            for (SelectionKey key : selector.selectedKeys()) {
                input.clear();
                if (((SocketChannel) key.channel()).read(input) < 0) {
                    greeted.remove((SocketChannel) key.channel());
                }
            }
            selector.selectedKeys().clear();
            return greeted.size();
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }
}
