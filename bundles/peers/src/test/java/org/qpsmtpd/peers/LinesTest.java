package org.qpsmtpd.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.peer.Exchange;
import org.qpsmtpd.api.peer.Line;
import org.qpsmtpd.api.peer.Outgoing;
import org.qpsmtpd.api.peer.Peer;
import org.qpsmtpd.api.peer.PeerAddress;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.peer.PeerFailure.Kind;
import org.qpsmtpd.api.peer.PeerSettings;
import org.qpsmtpd.api.peer.TextAnswer;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.testkit.StandIn;

@Timeout(60)
final class LinesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final NettyPeers peers = new NettyPeers();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        peers.close();
    }

    /** Answers each line; one that begins with a point is only heard. */
    private void answer(InputStream in, OutputStream out) throws IOException {
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            heard.add(line);
            if (line.equals("bye")) {
                return;
            }
            if (!line.startsWith(".")) {
                String answer = line.toUpperCase(Locale.ROOT).replace(' ', '\n') + "\n";
                out.write(answer.getBytes(US_ASCII));
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private Peer peer(int connections, Duration keep, StandIn... services) {
        List<PeerAddress> all =
                Arrays.stream(services)
                        .map(each -> PeerAddress.parse("peer", each.address(), 0))
                        .toList();
        return peers.open("echo", new PeerSettings(all, LONG, connections, keep, 1, LONG));
    }

    private static Exchange<String> exchange(String text) {
        String question = text.isEmpty() ? "" : text + "\n";
        return Exchange.of(
                Outgoing.of(question.getBytes(US_ASCII)),
                () -> TextAnswer.upTo((byte) '\n', 100, US_ASCII));
    }

    private static CompletableFuture<Line<String>> hold(Peer peer) {
        return peer.hold(exchange("hello")).toCompletableFuture();
    }

    private static CompletableFuture<String> ask(Line<String> line, String text) {
        return line.ask(exchange(text), LONG).toCompletableFuture();
    }

    private static PeerFailure failure(CompletableFuture<?> stage) {
        try {
            throw new AssertionError("an answer: " + stage.join());
        } catch (CompletionException e) {
            return PeerFailure.of(e);
        }
    }

    private static long figure(Peer peer, String name) {
        return peer.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(Figure::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void asksAgainAndAgainOnOneConnection() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            Line<String> line = hold(peer).join();

            assertThat(line.greeting()).isEqualTo("HELLO");
            assertThat(line.isKept()).isFalse();
            assertThat(ask(line, "a").join()).isEqualTo("A");
            line.tell(".told\n".getBytes(US_ASCII));
            assertThat(ask(line, "b").join()).isEqualTo("B");
            assertThat(heard).containsExactly("hello", "a", ".told", "b");
            assertThat(service.accepted()).isOne();
            assertThat(figure(peer, "peer_on_their_way")).isZero();
        }
    }

    @Test
    void greetsAConnectionOnceAndKeepsIt() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            hold(peer).join().release();

            Line<String> line = hold(peer).join();
            assertThat(line.isKept()).isTrue();
            assertThat(line.greeting()).isEqualTo("HELLO");
            assertThat(ask(line, "a").join()).isEqualTo("A");
            assertThat(heard).containsExactly("hello", "a");
            assertThat(service.accepted()).isOne();
        }
    }

    @Test
    void leavesWhatIsBehindAnAnswerToTheNextExchange() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Line<String> line = hold(peer(9, LONG, service)).join();

            assertThat(ask(line, "one two three").join()).isEqualTo("ONE");
            assertThat(ask(line, "").join()).isEqualTo("TWO");
            assertThat(ask(line, "").join()).isEqualTo("THREE");
        }
    }

    @Test
    void keepsNoConnectionOnWhichMoreWasSaidThanAsked() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            Line<String> line = hold(peer).join();
            assertThat(ask(line, "one two").join()).isEqualTo("ONE");
            line.release();

            assertThat(hold(peer).join().isKept()).isFalse();
            assertThat(service.accepted()).isEqualTo(2);
        }
    }

    @Test
    void saysThatTheConnectionHasEnded() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            Line<String> line = hold(peer).join();

            PeerFailure failure = failure(ask(line, "bye"));
            assertThat(failure.kind()).isEqualTo(Kind.AWAY);
            assertThat(failure.text()).startsWith("echo at " + service.address());
            assertThat(failure(ask(line, "a")).kind()).isEqualTo(Kind.AWAY);
            assertThat(figure(peer, "peer_failures")).isOne();
            assertThat(figure(peer, "peer_on_their_way")).isZero();
            assertThat(failure(hold(peer)).text()).contains("is left out");
        }
    }

    /** However many have gone: each is found out by its first exchange. */
    @Test
    void leavesNobodyOutForConnectionsThatHaveGoneUnnoticed() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            List<Line<String>> lines = List.of(hold(peer).join(), hold(peer).join());
            lines.forEach(Line::release);

            assertThat(failure(ask(kept(peer), "bye")).kind()).isEqualTo(Kind.AWAY);
            assertThat(failure(ask(kept(peer), "bye")).kind()).isEqualTo(Kind.AWAY);
            Line<String> line = hold(peer).join();
            assertThat(line.isKept()).isFalse();
            assertThat(ask(line, "a").join()).isEqualTo("A");
        }
    }

    @Test
    void leavesOutWhoEndsAKeptConnectionLater() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(9, LONG, service);
            hold(peer).join().release();
            Line<String> line = kept(peer);
            assertThat(ask(line, "a").join()).isEqualTo("A");

            assertThat(failure(ask(line, "bye")).kind()).isEqualTo(Kind.AWAY);
            assertThat(failure(hold(peer)).text()).contains("is left out");
        }
    }

    private static Line<String> kept(Peer peer) {
        Line<String> line = hold(peer).join();
        assertThat(line.isKept()).isTrue();
        return line;
    }

    @Test
    void limitsTheTimeOfEachExchange() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Line<String> line = hold(peer(9, LONG, service)).join();

            PeerFailure failure =
                    failure(
                            line.ask(exchange(".silent"), Duration.ofMillis(50))
                                    .toCompletableFuture());
            assertThat(failure.kind()).isEqualTo(Kind.LATE);
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void greetsAnotherBackendWhenOneDoesNotAnswer() throws Exception {
        try (StandIn silent = StandIn.onPort((in, out) -> line(in));
                StandIn service = StandIn.onPort(this::answer)) {
            assertThat(hold(peer(9, LONG, silent, service)).join().greeting()).isEqualTo("HELLO");
            assertThat(silent.accepted()).isOne();
        }
    }

    @Test
    void waitsForALineWhereNoMoreConnectionsMayBe() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(1, LONG, service);
            Line<String> line = hold(peer).join();
            CompletableFuture<Line<String>> next = hold(peer);
            assertThat(ask(line, "a").join()).isEqualTo("A");
            assertThat(next).isNotDone();
            line.release();

            assertThat(next).succeedsWithin(LONG).matches(Line::isKept);
        }
    }

    @Test
    void makesRoomWhenALineIsClosed() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(1, LONG, service);
            Line<String> line = hold(peer).join();
            CompletableFuture<Line<String>> next = hold(peer);
            line.close();

            assertThat(next).succeedsWithin(LONG).matches(held -> !held.isKept());
        }
    }

    @Test
    void endsLinesWithTheWay() throws Exception {
        try (StandIn service = StandIn.onPort(this::answer)) {
            Peer peer = peer(1, LONG, service);
            Line<String> line = hold(peer).join();
            CompletableFuture<String> asked = ask(line, ".silent");
            peer.close();

            assertThat(failure(asked).text()).contains("reconfigured");
            assertThat(failure(ask(line, "a")).text()).contains("reconfigured");
            assertThat(failure(hold(peer)).text()).contains("reconfigured");
        }
    }
}
