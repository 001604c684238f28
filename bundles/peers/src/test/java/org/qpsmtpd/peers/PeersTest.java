package org.qpsmtpd.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.peer.Exchange;
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
final class PeersTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final StandIn.Script ECHO = (in, out) -> echo(in, out);

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    /** Answers each line with the same, in capitals. */
    private static void echo(InputStream in, OutputStream out) throws IOException {
        String line = line(in);
        while (!line.isEmpty()) {
            out.write((line.toUpperCase(Locale.ROOT) + "\n").getBytes(US_ASCII));
            line = line(in);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private void hang(InputStream in, OutputStream out) throws IOException {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static PeerSettings settings(StandIn... backends) {
        List<PeerAddress> all = Arrays.stream(backends).map(PeersTest::address).toList();
        return new PeerSettings(all, LONG, 10, Duration.ZERO, 100, LONG);
    }

    private static PeerAddress address(StandIn service) {
        return PeerAddress.parse("peer", service.address(), 0);
    }

    private static PeerSettings within(PeerSettings settings, Duration timeout) {
        return new PeerSettings(
                settings.backends(),
                timeout,
                settings.connections(),
                settings.keep(),
                settings.failures(),
                settings.pause());
    }

    private static Exchange<String> line(String text) {
        return Exchange.of(
                Outgoing.of((text + "\n").getBytes(US_ASCII)),
                () -> TextAnswer.upTo((byte) '\n', 100, US_ASCII));
    }

    private static CompletableFuture<String> ask(Peer peer, String text) {
        return peer.ask(line(text)).toCompletableFuture();
    }

    private static PeerFailure failure(CompletableFuture<?> stage) {
        try {
            throw new AssertionError("an answer: " + stage.join());
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(PeerFailure.class);
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
    void asksAtAPort() throws IOException {
        try (StandIn service = StandIn.onPort(ECHO)) {
            Peer peer = peers.open("echo", settings(service));

            assertThat(ask(peer, "hello").join()).isEqualTo("HELLO");
            assertThat(figure(peer, "peer_asked")).isOne();
            assertThat(figure(peer, "peer_on_their_way")).isZero();
        }
    }

    @Test
    void findsAHostByItsName() throws IOException {
        try (StandIn service = StandIn.onPort(ECHO)) {
            PeerAddress named = new PeerAddress("localhost", address(service).port(), null);
            PeerSettings settings =
                    new PeerSettings(List.of(named), LONG, 10, Duration.ZERO, 100, LONG);

            assertThat(ask(peers.open("echo", settings), "hello").join()).isEqualTo("HELLO");
        }
    }

    @Test
    void asksAtASocketInTheFileSystem(@TempDir Path folder) throws IOException {
        try (StandIn service = StandIn.at(folder.resolve("s"), ECHO)) {
            assertThat(ask(peers.open("echo", settings(service)), "hello").join())
                    .isEqualTo("HELLO");
        }
    }

    @Test
    void endsItsOutputBehindTheQuestion() throws IOException {
        StandIn.Script count =
                (in, out) -> out.write(("" + in.readAllBytes().length).getBytes(US_ASCII));
        try (StandIn service = StandIn.onPort(count)) {
            Exchange<String> exchange =
                    Exchange.of(
                                    Outgoing.of(new byte[300_000]),
                                    () -> TextAnswer.toTheEnd(100, US_ASCII))
                            .endingOutput();

            assertThat(peers.open("count", settings(service)).ask(exchange).toCompletableFuture())
                    .succeedsWithin(LONG)
                    .isEqualTo("300000");
        }
    }

    @Test
    void readsAFileOnlyAsFastAsThePeerTakesIt(@TempDir Path folder) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        long size = 16L << 20;
        StandIn.Script late =
                (in, out) -> {
                    await(go);
                    long count = 0;
                    byte[] piece = new byte[1 << 16];
                    for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                        count += n;
                    }
                    out.write(String.valueOf(count).getBytes(US_ASCII));
                };
        AtomicLong read = new AtomicLong();
        CountDownLatch begun = new CountDownLatch(1);
        Outgoing slow =
                new Outgoing.Part(
                        size,
                        true,
                        () -> {
                            begun.countDown();
                            return new Counted(read, size);
                        });
        try (StandIn service = StandIn.at(folder.resolve("s"), late)) {
            Exchange<String> exchange =
                    Exchange.of(slow, () -> TextAnswer.toTheEnd(100, US_ASCII)).endingOutput();
            CompletableFuture<String> answer =
                    peers.open("sink", settings(service)).ask(exchange).toCompletableFuture();
            await(begun);
            turnTheLoop();
            assertThat(read.get()).isLessThan(4 << 20);
            go.countDown();

            assertThat(answer).succeedsWithin(LONG).isEqualTo(String.valueOf(size));
        }
    }

    /** Has the loop do other things for a while, so that what it may do it has done. */
    private void turnTheLoop() throws IOException {
        try (StandIn echo = StandIn.onPort(ECHO)) {
            Peer peer = peers.open("echo", settings(echo));
            for (int i = 0; i < 20; i++) {
                assertThat(ask(peer, "x").join()).isEqualTo("X");
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Zeros without end but for a size; counts what was read. */
    private static final class Counted extends InputStream {
        private final AtomicLong read;
        private final long size;

        Counted(AtomicLong read, long size) {
            this.read = read;
            this.size = size;
        }

        @Override
        public int read() {
            return read.get() == size ? -1 : (int) (read.incrementAndGet() & 0);
        }

        @Override
        public int read(byte[] octets, int from, int length) {
            long left = size - read.get();
            int count = (int) Math.min(left, length);
            read.addAndGet(count);
            return left == 0 ? -1 : count;
        }
    }

    @Test
    void givesUpAServiceThatHangs() throws IOException {
        try (StandIn service = StandIn.onPort(this::hang)) {
            Peer peer = peers.open("slow", within(settings(service), Duration.ofMillis(300)));
            PeerFailure failure = failure(ask(peer, "hello"));

            assertThat(failure.kind()).isEqualTo(Kind.LATE);
            assertThat(failure.text())
                    .startsWith("slow at " + service.address() + ": no answer within")
                    .endsWith("see what keeps it, or raise timeoutSeconds");
            assertThat(figure(peer, "peer_failures")).isOne();
        }
    }

    @Test
    void givesUpAServiceThatAnswersOctetByOctet() throws IOException {
        StandIn.Script drip =
                (in, out) -> {
                    while (end.getCount() > 0) {
                        out.write('x');
                        out.flush();
                        try {
                            var unused = end.await(20, TimeUnit.MILLISECONDS);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                };
        try (StandIn service = StandIn.onPort(drip)) {
            Peer peer = peers.open("drip", within(settings(service), Duration.ofMillis(400)));

            assertThat(failure(ask(peer, "hello")).kind()).isEqualTo(Kind.LATE);
        }
    }

    @Test
    void saysWhoIsNotThere(@TempDir Path folder) throws IOException {
        StandIn gone = StandIn.onPort(ECHO);
        gone.close();
        PeerFailure failure = failure(ask(peers.open("echo", settings(gone)), "hello"));

        assertThat(failure.kind()).isEqualTo(Kind.AWAY);
        assertThat(failure.text())
                .isEqualTo(
                        "echo at "
                                + gone.address()
                                + ": Connection refused; is it running, and listening there?");
        PeerAddress none = new PeerAddress("", 0, folder.resolve("none"));
        PeerSettings settings = new PeerSettings(List.of(none), LONG, 10, Duration.ZERO, 100, LONG);
        assertThat(failure(ask(peers.open("echo", settings), "hello")).text())
                .startsWith("echo at " + none + ": No such file or directory");
    }

    @Test
    void failsWhenTheConnectionEndsEarly() throws IOException {
        try (StandIn silent = StandIn.onPort((in, out) -> line(in));
                StandIn half =
                        StandIn.onPort(
                                (in, out) -> {
                                    line(in);
                                    out.write("HEL".getBytes(US_ASCII));
                                })) {
            assertThat(failure(ask(peers.open("silent", settings(silent)), "hello")).text())
                    .contains("it closed the connection before its answer");
            // A text may end there; whoever reads it knows whether it is whole.
            assertThat(ask(peers.open("half", settings(half)), "hello").join()).isEqualTo("HEL");
        }
    }

    @Test
    void boundsAnAnswer() throws IOException {
        StandIn.Script flood =
                (in, out) -> {
                    while (true) {
                        out.write(new byte[1 << 16]);
                    }
                };
        try (StandIn service = StandIn.onPort(flood)) {
            PeerFailure failure = failure(ask(peers.open("flood", settings(service)), "hello"));

            assertThat(failure.kind()).isEqualTo(Kind.FAULT);
            assertThat(failure.text()).contains("the answer is longer than 100 octets");
        }
    }

    @Test
    void takesAnAnswerBeforeTheWholeQuestionHasGone() throws IOException {
        StandIn.Script early =
                (in, out) -> {
                    in.readNBytes(100);
                    out.write("ENOUGH\n".getBytes(US_ASCII));
                    hang(in, out);
                };
        AtomicLong read = new AtomicLong();
        try (StandIn service = StandIn.onPort(early)) {
            Outgoing endless = new Outgoing.Part(1L << 40, true, () -> new Counted(read, 1L << 40));
            Exchange<String> exchange =
                    Exchange.of(endless, () -> TextAnswer.upTo((byte) '\n', 100, US_ASCII));

            assertThat(peers.open("early", settings(service)).ask(exchange).toCompletableFuture())
                    .succeedsWithin(LONG)
                    .isEqualTo("ENOUGH");
        }
    }

    @Test
    void asksAnotherBackendBeforeAnythingOfAnAnswerWasSeen() throws IOException {
        try (StandIn silent = StandIn.onPort((in, out) -> line(in));
                StandIn good = StandIn.onPort(ECHO)) {
            Peer peer = peers.open("echo", settings(silent, good));

            assertThat(ask(peer, "hello").join()).isEqualTo("HELLO");
            assertThat(silent.accepted()).isOne();
        }
    }

    @Test
    void asksNoOtherBackendWhenSomethingOfAnAnswerWasSeen() throws IOException {
        StandIn.Script tooLong = (in, out) -> out.write(new byte[1000]);
        try (StandIn wrong = StandIn.onPort(tooLong);
                StandIn good = StandIn.onPort(ECHO)) {
            Peer peer = peers.open("echo", settings(wrong, good));

            assertThat(failure(ask(peer, "hello")).text()).contains(wrong.address());
            assertThat(good.accepted()).isZero();
        }
    }

    @Test
    void leavesABackendOutThatFailsAgainAndAgain() throws IOException {
        AtomicInteger answered = new AtomicInteger();
        StandIn.Script getsWell =
                (in, out) -> {
                    if (answered.incrementAndGet() > 2) {
                        echo(in, out);
                    }
                };
        try (StandIn service = StandIn.onPort(getsWell)) {
            Duration pause = Duration.ofMillis(700);
            Peer peer =
                    peers.open(
                            "ill",
                            new PeerSettings(
                                    List.of(address(service)), LONG, 10, Duration.ZERO, 2, pause));
            failure(ask(peer, "a"));
            failure(ask(peer, "b"));
            PeerFailure leftOut = failure(ask(peer, "c"));

            assertThat(leftOut.kind()).isEqualTo(Kind.AWAY);
            assertThat(leftOut.text()).contains("is left out for", "s more, since: ");
            assertThat(service.accepted()).isEqualTo(2);
            assertThat(figure(peer, "peer_left_out")).isOne();
            String later = "";
            while (later.isEmpty()) {
                later =
                        ask(peer, "d")
                                .handle((answer, fault) -> fault == null ? answer : "")
                                .join();
            }
            assertThat(later).isEqualTo("D");
            assertThat(figure(peer, "peer_left_out")).isZero();
        }
    }

    @Test
    void hasNoMoreConnectionsThanItMayHave() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        StandIn.Script late =
                (in, out) -> {
                    await(go);
                    out.write((line(in) + "\n").getBytes(US_ASCII));
                };
        try (StandIn service = StandIn.onPort(late)) {
            Peer peer =
                    peers.open(
                            "few",
                            new PeerSettings(
                                    List.of(address(service)), LONG, 2, Duration.ZERO, 9, LONG));
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(ask(peer, "n" + i));
            }
            turnTheLoop();
            assertThat(service.accepted()).isLessThanOrEqualTo(2);
            go.countDown();

            for (int i = 0; i < 50; i++) {
                assertThat(all.get(i)).succeedsWithin(LONG).isEqualTo("n" + i);
            }
            assertThat(service.accepted()).isEqualTo(50);
        }
    }

    @Test
    void saysWhenNoConnectionWasFree() throws IOException {
        try (StandIn service = StandIn.onPort(this::hang)) {
            Peer peer =
                    peers.open(
                            "one",
                            new PeerSettings(
                                    List.of(address(service)),
                                    Duration.ofMillis(300),
                                    1,
                                    Duration.ZERO,
                                    9,
                                    LONG));
            CompletableFuture<String> first = ask(peer, "a");
            CompletableFuture<String> second = ask(peer, "b");

            assertThat(failure(first).text()).contains("no answer within");
            assertThat(failure(second).kind()).isEqualTo(Kind.LATE);
            assertThat(service.accepted()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void keepsConnectionsWhereItIsToldTo() throws IOException {
        try (StandIn service = StandIn.onPort(ECHO)) {
            Peer peer = peers.open("echo", settings(service).keeping(LONG));

            assertThat(ask(peer, "a").join()).isEqualTo("A");
            assertThat(ask(peer, "b").join()).isEqualTo("B");
            assertThat(service.accepted()).isOne();
            assertThat(figure(peer, "peer_connected")).isOne();
        }
    }

    @Test
    void asksAnewWhenAKeptConnectionHasGone() throws IOException {
        StandIn.Script once =
                (in, out) -> {
                    out.write((line(in) + "\n").getBytes(US_ASCII));
                    line(in);
                };
        try (StandIn service = StandIn.onPort(once)) {
            Peer peer = peers.open("once", settings(service).keeping(LONG));

            assertThat(ask(peer, "a").join()).isEqualTo("a");
            assertThat(ask(peer, "b").join()).isEqualTo("b");
            assertThat(service.accepted()).isEqualTo(2);
            assertThat(figure(peer, "peer_failures")).isZero();
        }
    }

    @Test
    void failsWhenTheQuestionCannotBeRead() throws IOException {
        try (StandIn service = StandIn.onPort(ECHO)) {
            Outgoing lost =
                    new Outgoing.Part(
                            10, true, () -> Files.newInputStream(Path.of("/there/is/no/such")));
            Peer peer =
                    peers.open(
                            "echo",
                            new PeerSettings(
                                    List.of(address(service)), LONG, 9, Duration.ZERO, 1, LONG));
            PeerFailure failure =
                    failure(
                            peer.ask(Exchange.of(lost, () -> TextAnswer.toTheEnd(10, US_ASCII)))
                                    .toCompletableFuture());

            assertThat(failure.text()).isEqualTo("the message cannot be read");
            assertThat(ask(peer, "hello").join()).as("not left out").isEqualTo("HELLO");
        }
    }

    @Test
    void sendsPartsOneBehindTheOther() throws IOException {
        try (StandIn service = StandIn.onPort(ECHO)) {
            Outgoing parts =
                    Outgoing.all(
                            List.of(
                                    Outgoing.of("one ".getBytes(US_ASCII)),
                                    new Outgoing.Part(
                                            4,
                                            true,
                                            () ->
                                                    new ByteArrayInputStream(
                                                            "two\n".getBytes(US_ASCII)))));
            Exchange<String> exchange =
                    Exchange.of(parts, () -> TextAnswer.upTo((byte) '\n', 100, US_ASCII));

            assertThat(parts.size()).isEqualTo(8);
            assertThat(peers.open("echo", settings(service)).ask(exchange).toCompletableFuture())
                    .succeedsWithin(LONG)
                    .isEqualTo("ONE TWO");
        }
    }

    @Test
    void endsAtOnceWhenItIsClosed() throws Exception {
        try (StandIn service = StandIn.onPort(this::hang)) {
            Peer peer = peers.open("slow", settings(service));
            CompletableFuture<Thread> loop = new CompletableFuture<>();
            CompletableFuture<String> asked = ask(peer, "hello");
            var unused = asked.whenComplete((a, f) -> loop.complete(Thread.currentThread()));
            peers.close();

            assertThat(failure(asked).kind()).isEqualTo(Kind.BUSY);
            assertThat(failure(ask(peer, "hello")).text()).contains("reconfigured or ends");
            Thread thread = loop.join();
            thread.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(thread.isAlive()).isFalse();
        }
    }
}
