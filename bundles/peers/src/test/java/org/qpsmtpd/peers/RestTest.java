package org.qpsmtpd.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.testkit.StandIn;

/** Questions whose rest is sent only when the service asks for it. */
@Timeout(60)
final class RestTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final NettyPeers peers = new NettyPeers();

    @AfterEach
    void close() {
        peers.close();
    }

    /** Reads a line: {@code more} asks for the rest, {@code bye} ends the connection. */
    private static final class Line implements AnswerReader<String> {
        private final StringBuilder read = new StringBuilder();
        private boolean wantsRest;
        private boolean isLast;

        @Override
        public Optional<String> read(ByteBuffer octets) {
            while (octets.hasRemaining()) {
                char c = (char) octets.get();
                if (c != '\n') {
                    read.append(c);
                    continue;
                }
                String line = read.toString();
                read.setLength(0);
                if (!line.equals("more")) {
                    isLast = line.startsWith("bye");
                    return Optional.of(line);
                }
                wantsRest = true;
            }
            return Optional.empty();
        }

        @Override
        public boolean wantsRest() {
            return wantsRest;
        }

        @Override
        public boolean isLast() {
            return isLast;
        }
    }

    private Peer peer(StandIn service) {
        List<PeerAddress> at = List.of(PeerAddress.parse("peer", service.address(), 0));
        return peers.open("peer", new PeerSettings(at, LONG, 10, LONG, 100, LONG));
    }

    private static String ask(Peer peer, String question, String rest) {
        Exchange<String> exchange = Exchange.of(octets(question), Line::new).withRest(octets(rest));
        return peer.ask(exchange).toCompletableFuture().join();
    }

    private static Outgoing octets(String text) {
        return Outgoing.of(text.getBytes(US_ASCII));
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
    }

    private static String read(InputStream in, int count) throws IOException {
        return new String(in.readNBytes(count), US_ASCII);
    }

    @Test
    void sendsTheRestOnceWhenItIsAskedFor() throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    String question = read(in, 2);
                    say(out, "more\n");
                    say(out, "more\n");
                    say(out, question + read(in, 3) + "\n");
                    say(out, read(in, 2) + read(in, 3) + "\n");
                };
        try (StandIn service = StandIn.onPort(script)) {
            Peer peer = peer(service);

            assertThat(ask(peer, "ab", "cde")).isEqualTo("abcde");
            assertThat(service.accepted()).isOne();
        }
    }

    @Test
    void keepsTheConnectionWhenTheRestIsNotWanted() throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    for (int i = 0; i < 3; i++) {
                        say(out, read(in, 2) + "\n");
                    }
                };
        try (StandIn service = StandIn.onPort(script)) {
            Peer peer = peer(service);

            assertThat(ask(peer, "ab", "cde")).isEqualTo("ab");
            assertThat(ask(peer, "fg", "cde")).isEqualTo("fg");
            assertThat(service.accepted()).isOne();
        }
    }

    @Test
    void sendsTheRestBehindTheWholeQuestionWhenItIsAskedForEarly() throws IOException {
        String question = "q".repeat(4_000_000);
        StandIn.Script script =
                (in, out) -> {
                    say(out, "more\n");
                    String all = read(in, question.length());
                    say(out, all.indexOf('r') + read(in, 3) + "\n");
                };
        try (StandIn service = StandIn.onPort(script)) {
            assertThat(ask(peer(service), question, "rst")).isEqualTo("-1rst");
        }
    }

    @Test
    void keepsNoConnectionWhoseAnswerSaysThatItIsTheLast() throws IOException {
        AtomicInteger questions = new AtomicInteger();
        StandIn.Script script =
                (in, out) -> {
                    while (!read(in, 2).isEmpty()) {
                        say(out, "bye " + questions.incrementAndGet() + "\n");
                    }
                };
        try (StandIn service = StandIn.onPort(script)) {
            Peer peer = peer(service);

            assertThat(ask(peer, "ab", "")).isEqualTo("bye 1");
            assertThat(ask(peer, "ab", "")).isEqualTo("bye 2");
            assertThat(service.accepted()).isEqualTo(2);
        }
    }
}
