package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.milter.ScriptedMilter.packet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.StandIn;

/** Filters that are away, hang, die or break the protocol. */
@Timeout(60)
final class FaultsTest {
    private static final String MESSAGE = "From: a@example.org\n\nHello\n";
    private static final String LATER =
            "The mail filter is not available, try again later (#4.7.1)";

    private final NettyPeers peers = new NettyPeers();
    private final ScriptedMilter milter = new ScriptedMilter();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService executor = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        end.countDown();
        executor.shutdownNow();
        peers.close();
    }

    private void hang(OutputStream out, byte[] data) throws IOException {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long figure(MilterPlugin plugin, String name) {
        return plugin.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(Figure::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void defersWhenNobodyListens() throws Exception {
        String address;
        try (StandIn gone = StandIn.onPort(milter)) {
            address = gone.address();
        }
        MilterPlugin plugin = Sessions.plugin(peers, address);
        Sessions session = new Sessions(plugin);
        HookResult connect = session.connect();
        assertThat(connect.action()).isEqualTo(Action.DECLINED);
        assertThat(connect.reason())
                .startsWith("error: not scanned: milter test at " + address + ": ");
        HookResult hello = session.ehlo();
        assertThat(hello.action()).isEqualTo(Action.DENYSOFT);
        assertThat(hello.text()).isEqualTo(LATER);
        assertThat(figure(plugin, "not_scanned_away")).isOne();
        assertThat(session.mail().action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void goesOnWithoutAFilterWhereItMay() throws Exception {
        String address;
        try (StandIn gone = StandIn.onPort(milter)) {
            address = gone.address();
        }
        Sessions session = new Sessions(Sessions.plugin(peers, address, "on_error", "skip"));
        assertThat(session.connect().action()).isEqualTo(Action.DECLINED);
        assertThat(session.ehlo().action()).isEqualTo(Action.DECLINED);
        assertThat(session.mail().reason()).startsWith("error: not scanned: ");
        assertThat(session.rcpt("bob@example.org"))
                .isEqualTo(HookResult.skip("test is not available"));
        assertThat(session.data().action()).isEqualTo(Action.DECLINED);
        assertThat(session.message(MESSAGE).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(chars = {'O', 'C', 'H', 'M', 'R', 'T', 'L', 'N', 'B', 'E'})
    void defersWhenTheFilterDies(char letter) throws Exception {
        StandIn.Script dying = letter == 'O' ? (in, out) -> {} : milter;
        milter.doing(
                letter,
                (out, data) -> {
                    throw new IOException("dies");
                });
        assertThat(defers(dying, letter).reason()).doesNotContain("no answer within");
    }

    @ParameterizedTest
    @ValueSource(chars = {'M', 'L', 'B', 'E'})
    void defersWhenTheFilterDiesWithinAnAnswer(char letter) throws Exception {
        milter.doing(
                letter,
                (out, data) -> {
                    out.write(new byte[] {0, 0, 0, 9, 'y', '5'});
                    throw new IOException("dies");
                });
        var unused = defers(milter, letter);
    }

    private HookResult defers(StandIn.Script script, char letter, String... options)
            throws Exception {
        try (StandIn service = StandIn.onPort(script)) {
            Sessions session = new Sessions(Sessions.plugin(peers, service.address(), options));
            HookResult result = at(letter, session);
            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.text()).isEqualTo(LATER);
            return result;
        }
    }

    private static HookResult at(char letter, Sessions session) throws IOException {
        session.connect();
        HookResult hello = session.ehlo();
        if ("OCH".indexOf(letter) >= 0) {
            return hello;
        }
        HookResult mail = session.mail();
        if (letter == 'M') {
            return mail;
        }
        HookResult rcpt = session.rcpt("bob@example.org");
        if (letter == 'R') {
            return rcpt;
        }
        HookResult data = session.data();
        return letter == 'T' ? data : session.message(MESSAGE);
    }

    @Test
    void givesUpAFilterThatHangsAtAnyStage() {
        List<CompletableFuture<HookResult>> all = new ArrayList<>();
        for (char letter : "MTLBE".toCharArray()) {
            ScriptedMilter hanging = new ScriptedMilter().doing(letter, this::hang);
            all.add(CompletableFuture.supplyAsync(() -> hung(hanging, letter), executor));
        }
        for (CompletableFuture<HookResult> each : all) {
            assertThat(each.join().reason()).contains("no answer within 1 s");
        }
    }

    private HookResult hung(ScriptedMilter hanging, char letter) {
        try {
            return defers(
                    hanging,
                    letter,
                    "commandSeconds",
                    "1",
                    "contentSeconds",
                    "1",
                    "endSeconds",
                    "1");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givesUpAFilterThatAnswersOctetByOctet() throws Exception {
        milter.doing(
                'M',
                (out, data) -> {
                    out.write(new byte[] {0, 0, 1, 0, 'y'});
                    while (!waited()) {
                        out.write('5');
                    }
                });
        assertThat(defers(milter, 'M', "commandSeconds", "1").reason())
                .containsAnyOf("no answer within 1 s", "packet", "reply");
    }

    private boolean waited() throws IOException {
        try {
            return end.await(50, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void waitsAsLongAsAFilterSaysThatItStillWorks() throws Exception {
        milter.doing(
                'E',
                (out, data) -> {
                    for (int i = 0; i < 25; i++) {
                        out.write(packet('p'));
                        assertThat(waited()).isFalse();
                    }
                    out.write(packet('c'));
                });
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session =
                    new Sessions(Sessions.plugin(peers, service.address(), "endSeconds", "1"));
            assertThat(session.whole(MESSAGE).reason()).startsWith("pass");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MAX_VALUE, 65_537})
    void takesNoPacketOfAnotherLength(int length) throws Exception {
        milter.doing('M', (out, data) -> out.write(ByteBuffer.allocate(4).putInt(length).array()));
        assertThat(defers(milter, 'M').reason()).contains("it speaks no milter protocol");
    }

    @Test
    void takesNoGarbage() throws Exception {
        StandIn.Script http =
                (InputStream in, OutputStream out) ->
                        out.write("HTTP/1.1 400 Bad Request\r\n".getBytes(US_ASCII));
        assertThat(connectReason(http)).contains("it speaks no milter protocol");
    }

    private String connectReason(StandIn.Script script) throws IOException {
        try (StandIn service = StandIn.onPort(script)) {
            return new Sessions(Sessions.plugin(peers, service.address())).connect().reason();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "7, 0, 0", "6, 0x200, 0", "6, 0, 0x800", "6, 0, 0x10000000"})
    void takesNoTermsThatWereNotOffered(int version, String actions, String steps)
            throws Exception {
        milter.taking(version, Integer.decode(actions), Integer.decode(steps));
        assertThat(connectReason(milter)).startsWith("error: not scanned: ").contains("it wants");
    }

    @ParameterizedTest
    @CsvSource({"C, d", "H, d", "H, s", "M, s", "E, s", "R, Z", "M, h", "E, O"})
    void takesNoAnswerThatTheStageHasNot(char letter, char answer) throws Exception {
        milter.saying(letter, packet(answer, "x", "y"));
        assertThat(defers(milter, letter)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "250 fine", "55", "6xx", "550x y", "hello"})
    void takesNoReplyThatIsNone(String reply) throws Exception {
        milter.saying('M', packet('y', reply));
        assertThat(defers(milter, 'M').reason()).contains("it answers with the reply");
    }

    @Test
    void cleansAReplyOfSeveralLines() throws Exception {
        String said = "550-5.7.1 one 100%%\r\n550-5.7.1 two\u0007\r\n550 5.7.1 three\n451 four";
        milter.saying('M', packet('y', said));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(Sessions.plugin(peers, service.address()));
            session.connect();
            HookResult result = session.mail();
            assertThat(result.code()).isEqualTo(550);
            assertThat(result.text()).isEqualTo("one 100%\ntwo?\nthree\n451 four (#5.7.1)");
            assertThat(result.reason()).isEqualTo("fail: test rejects at MAIL FROM: one 100%");
        }
    }

    @Test
    void closesTheConnectionWith421() throws Exception {
        milter.saying('M', packet('y', "421 4.3.2 bye"));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(Sessions.plugin(peers, service.address()));
            session.connect();
            HookResult result = session.mail();
            assertThat(result.action()).isEqualTo(Action.DENYSOFT_DISCONNECT);
            assertThat(result.code()).isEqualTo(421);
            assertThat(result.text()).isEqualTo("bye (#4.3.2)");
        }
    }

    @Test
    void boundsChanges() throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 1_001; i++) {
            all.writeBytes(packet('h', "X", "y"));
        }
        milter.saying('E', all.toByteArray(), packet('c'));
        assertThat(defers(milter, 'E').reason()).contains("more than 1000 changes");

        byte[] large = packet('h', "X", "y".repeat(60_000));
        milter.doing(
                'E',
                (out, data) -> {
                    for (int i = 0; i < 20; i++) {
                        out.write(large);
                    }
                });
        assertThat(defers(milter, 'E').reason()).contains("1 MiB");
    }

    @Test
    void boundsANewBody() throws Exception {
        milter.doing(
                'E',
                (out, data) -> {
                    byte[] piece = packet('b', new byte[65_535]);
                    while (!Thread.currentThread().isInterrupted()) {
                        out.write(piece);
                    }
                });
        assertThat(defers(milter, 'E', "max_body", "3000000").reason())
                .contains("more than 3000000 octets");
    }

    @Test
    void asksAgainForTheNextMessage() throws Exception {
        milter.doing(
                'R',
                (out, data) -> {
                    if (milter.heard("R").size() == 1) {
                        throw new IOException("dies");
                    }
                    out.write(packet('c'));
                });
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(Sessions.plugin(peers, service.address()));
            session.connect();
            session.ehlo();
            session.mail();
            assertThat(session.rcpt("bob@example.org").action()).isEqualTo(Action.DENYSOFT);
            assertThat(session.rcpt("eve@example.org").text()).isEqualTo(LATER);
            session.reset();
            assertThat(session.mail().action()).isEqualTo(Action.DECLINED);
            assertThat(session.rcpt("bob@example.org").action()).isEqualTo(Action.DECLINED);
            assertThat(session.message(MESSAGE).reason()).startsWith("pass");
            assertThat(milter.heard("CHM"))
                    .hasSize(6)
                    .endsWith(
                            "C client.example.net|4|4711|192.0.2.25",
                            "H client.example.net",
                            "M <ann@example.com>");
        }
    }

    @Test
    void defersAMessageOfWhichTheFilterWasNotTold() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(Sessions.plugin(peers, service.address()));
            HookResult result = session.message(MESSAGE);
            assertThat(result.action()).isEqualTo(Action.DENYSOFT);
            assertThat(result.reason()).contains("was not told of the sender");
        }
    }

    @Test
    void endsWhenTheClientGoesWhileTheFilterHangs() throws Exception {
        milter.doing('M', this::hang);
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = Sessions.plugin(peers, service.address());
            Sessions session = new Sessions(plugin);
            session.connect();
            HookResult pending =
                    plugin.onMail(
                            session.transaction,
                            org.qpsmtpd.api.mail.Address.NULL,
                            org.qpsmtpd.api.mail.Parameters.NONE);
            session.disconnect();
            assertThat(Sessions.now(pending).action()).isEqualTo(Action.DENYSOFT);
            assertThat(figure(plugin, "peer_on_their_way")).isZero();
        }
    }

    @Test
    void saysThatThePluginIsBeingReplaced() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = Sessions.plugin(peers, service.address());
            Sessions session = new Sessions(plugin);
            session.connect();
            plugin.close();
            assertThat(session.ehlo().reason()).contains("reconfigured");
        }
    }
}
