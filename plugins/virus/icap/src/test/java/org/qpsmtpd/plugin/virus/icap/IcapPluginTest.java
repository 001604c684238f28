package org.qpsmtpd.plugin.virus.icap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.peer.PeerOptions;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandIn;

@Timeout(60)
final class IcapPluginTest {
    private static final String MESSAGE = "From: a@example.org\n\nhello\n";
    private static final String WIRE = MESSAGE.replace("\n", "\r\n");
    private static final String FOUND = "X-Virus-Found";

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);
    private final FakeClock clock = new FakeClock();
    private final FakeConnection connection =
            FakeConnection.from("192.0.2.7")
                    .withClock(clock)
                    .withConfig(new FakeConfig().set("me", "mx.example.org"));
    private final FakeTransaction transaction = FakeTransaction.on(connection).withMessage(MESSAGE);

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    private IcapPlugin plugin(String server, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("icap_server", server));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers = options[i].endsWith("Seconds");
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new IcapPlugin(
                Configs.config(IcapConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    private HookResult answer(IcapPlugin plugin) {
        HookResult result = plugin.onDataPost(transaction);
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    private HookResult answerOf(StandIn.Script script, String... options) throws IOException {
        try (StandIn server = StandIn.onPort(script)) {
            return answer(plugin(server.address(), options));
        }
    }

    private HookResult answerTo(String octets, String... options) throws IOException {
        return answerOf(StandInIcap.saying(octets), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    /** The whole message, or another, as it comes back. */
    private static String back(String http, String body) {
        return "ICAP/1.0 200 OK\r\nISTag: \"one\"\r\nEncapsulated: res-hdr=0, res-body="
                + http.length()
                + "\r\n\r\n"
                + http
                + Integer.toHexString(body.length())
                + "; x=y\r\n"
                + body
                + "\r\n0\r\nTrailer: x\r\n\r\n";
    }

    private static String back(String body) {
        return back("HTTP/1.1 200 OK\r\nVia: icap\r\n\r\n", body);
    }

    @Test
    void sendsTheMessageAsItCameAsAnAnswer() throws IOException {
        transaction.headers().prepend("Received", "from here");
        StandInIcap script = StandInIcap.saying(StandInIcap.CLEAN);
        String address;
        try (StandIn server = StandIn.onPort(script)) {
            address = server.address();
            assertThat(answer(plugin(address))).isEqualTo(HookResult.pass("clean"));
        }

        assertThat(script.heads.get(0))
                .isEqualTo(
                        "OPTIONS icap://"
                                + address
                                + "/avscan ICAP/1.0\r\nHost: "
                                + address
                                + "\r\nUser-Agent: qpsmtpd\r\nEncapsulated: null-body=0\r\n\r\n");
        assertThat(script.heads.get(1))
                .startsWith("RESPMOD icap://" + address + "/avscan ICAP/1.0\r\n")
                .contains(
                        "\r\nX-Client-IP: 192.0.2.7\r\n",
                        "\r\nAllow: 204\r\n",
                        "\r\nPreview: 10\r\n");
        assertThat(script.heads.get(2))
                .isEqualTo(
                        "GET http://mx.example.org/message.eml HTTP/1.1\r\nHost: mx.example.org\r\n"
                                + "\r\nHTTP/1.1 200 OK\r\nContent-Type: message/rfc822\r\n"
                                + "Content-Length: "
                                + WIRE.length()
                                + "\r\n\r\n");
        assertThat(script.previews).containsExactly(10);
        assertThat(script.messages).containsExactly(WIRE);
        assertThat(values(FOUND)).containsExactly("No");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("by the ICAP service avscan on mx.example.org");
    }

    @Test
    void sendsTheMessageAsARequest() throws IOException {
        StandInIcap script = StandInIcap.saying(StandInIcap.CLEAN);
        HookResult answer =
                answerOf(script, "method", "reqmod", "icap_service", "/av?x=1", "preview", "no");

        assertThat(answer).isEqualTo(HookResult.pass("clean"));
        assertThat(script.heads.get(1)).startsWith("REQMOD icap://").contains("/av?x=1 ICAP/1.0");
        assertThat(script.heads.get(2))
                .startsWith("POST http://mx.example.org/message.eml HTTP/1.1\r\n")
                .contains("\r\nContent-Length: " + WIRE.length() + "\r\n");
        assertThat(script.previews).isEmpty();
        assertThat(script.messages).containsExactly(WIRE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 11, 262_144, 262_155, 700_000})
    void sendsMessagesOfAnySize(int size) throws IOException {
        byte[] octets = new byte[size];
        for (int i = 0; i < size; i++) {
            octets[i] = (byte) (i % 251);
        }
        octets[0] = '\n';
        transaction.withMessage(octets);
        long sent = transaction.body().size();
        StandInIcap script = StandInIcap.saying(StandInIcap.CLEAN);
        var unused = answerOf(script);

        assertThat(script.messages)
                .containsExactly(new String(transaction.body().open().readAllBytes(), ISO_8859_1));
        assertThat(script.previews).hasSize(sent > 10 ? 1 : 0);
    }

    @Test
    void sendsAMessageFromItsFile(@TempDir Path spool) throws IOException {
        transaction.withSpoolDirectory(spool).withMessage("A: b\n\n" + "x\n".repeat(200_000));
        var unused = transaction.body().file();
        String whole = new String(transaction.body().open().readAllBytes(), ISO_8859_1);
        StandInIcap script = new StandInIcap(StandInIcap.OPTIONS, true, message -> back(message));

        assertThat(answerOf(script)).isEqualTo(HookResult.pass("clean"));
        assertThat(script.messages).containsExactly(whole);
    }

    @Test
    void sendsNoMoreThanThePreviewThatIsEnough() throws IOException {
        StandInIcap script =
                new StandInIcap(StandInIcap.OPTIONS, false, message -> StandInIcap.INFECTED);

        assertThat(answerOf(script).text()).isEqualTo("Virus found: Worm.A");
        assertThat(script.messages).containsExactly(WIRE.substring(0, 10));
    }

    @Test
    void asksForTheServiceOnceAndOnOneConnection() throws IOException {
        StandInIcap script =
                new StandInIcap(StandInIcap.OPTIONS, false, message -> StandInIcap.CLEAN);
        try (StandIn server = StandIn.onPort(script)) {
            IcapPlugin plugin = plugin(server.address());
            for (int i = 0; i < 3; i++) {
                assertThat(answer(plugin)).isEqualTo(HookResult.pass("clean"));
            }

            assertThat(script.heads.stream().filter(h -> h.startsWith("OPTIONS"))).hasSize(1);
            assertThat(server.accepted()).isOne();
            assertThat(plugin.figures()).contains(Figure.counter("scanned", 3));

            clock.advance(Duration.ofSeconds(3601));
            var unused = answer(plugin);
            assertThat(script.heads.stream().filter(h -> h.startsWith("OPTIONS"))).hasSize(2);
        }
    }

    @Test
    void asksForTheServiceAnewWhenItHasChanged() throws IOException {
        StandInIcap script = StandInIcap.saying(StandInIcap.CLEAN.replace("one", "two"));
        try (StandIn server = StandIn.onPort(script)) {
            IcapPlugin plugin = plugin(server.address());
            for (int i = 0; i < 2; i++) {
                assertThat(answer(plugin)).isEqualTo(HookResult.pass("clean"));
            }

            assertThat(script.heads.stream().filter(h -> h.startsWith("OPTIONS"))).hasSize(2);
        }
    }

    @Test
    void asksAtASocket(@TempDir Path folder) throws IOException {
        StandInIcap script = StandInIcap.saying(StandInIcap.INFECTED);
        try (StandIn server = StandIn.at(folder.resolve("s"), script)) {
            assertThat(answer(plugin(server.address())).action()).isEqualTo(Action.DENY);
        }
        assertThat(script.heads.get(0)).startsWith("OPTIONS icap://localhost/avscan ");
    }

    @Test
    void refusesAVirus() throws IOException {
        HookResult answer = answerTo(StandInIcap.INFECTED);

        assertThat(answer)
                .isEqualTo(
                        HookResult.deny("Virus found: Worm.A", "found virus Worm.A").withKarma(-1));
        assertThat(connection.karma()).isEqualTo(-1);
        assertThat(values(FOUND)).isEmpty();
    }

    @Test
    void marksAVirusWhereItIsNotRefused() throws IOException {
        transaction.withMessage("X-Virus-Found: No\nX-Virus-Checked: by me\n" + MESSAGE);
        HookResult answer = answerTo(StandInIcap.INFECTED, "deny_viruses", "no");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).isEqualTo("fail, tolerated: found virus Worm.A");
        assertThat(values(FOUND)).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("Worm.A");
        assertThat(values("X-Virus-Checked")).isEmpty();
    }

    @Test
    void leavesAVirusToThePluginNaughty() throws IOException {
        HookResult answer = answerTo(StandInIcap.INFECTED, "deny_viruses", "naughty");

        assertThat(answer.naughtyType()).contains(Action.DECLINED);
        assertThat(answer.text()).isEqualTo("Virus found: Worm.A");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    X-Virus-ID: Worm.B                                              | Worm.B
                    X-Virus-Name: Worm.C                                            | Worm.C
                    X-Infection-Found: Type=0; Threat=; Resolution=1;               | unnamed
                    X-Violations-Found: 1\\r\\n\\t-\\r\\n\\tWorm.D\\r\\n\\t0\\r\\n\\t0 | Worm.D
                    X-Violations-Found: 1                                           | unnamed
                    X-Virus-ID: a\\u0001b                                           | a?b
                    X-Violations-Found: 0                                           | ''
                    X-Virus-ID: no threats                                          | ''
                    """)
    void findsTheNameInAnyHeader(String fields, String name) throws IOException {
        String octets = fields.replace("\\r\\n", "\r\n").replace("\\t", "\t");
        HookResult answer =
                answerTo("ICAP/1.0 204 No\r\n" + octets.replace("\\u0001", "\u0001") + "\r\n\r\n");

        assertThat(answer.text()).isEqualTo(name.isEmpty() ? "" : "Virus found: " + name);
    }

    @Test
    void takesAMessageThatComesBackAsItWasForClean() throws IOException {
        StandInIcap script = new StandInIcap(StandInIcap.OPTIONS, true, message -> back(message));
        try (StandIn server = StandIn.onPort(script)) {
            IcapPlugin plugin = plugin(server.address());

            assertThat(answer(plugin)).isEqualTo(HookResult.pass("clean"));
            assertThat(answer(plugin)).isEqualTo(HookResult.pass("clean"));
            assertThat(server.accepted()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sorry", "From: a@example.org\r\n\r\nhellO\r\n"})
    void judgesAMessageThatComesBackChangedAndKeepsItsOwn(String body) throws IOException {
        HookResult answer =
                answerTo(body.isEmpty() ? back("").replace("; x=y\r\n", "\r\n") : back(body));

        assertThat(answer.text()).isEqualTo("Virus found: content that the scanner would change");
        assertThat(transaction.message()).isEqualTo(MESSAGE);
    }

    @Test
    void leavesAMessageThatComesBackChangedAloneWhereItIsTold() throws IOException {
        HookResult answer = answerTo(back("sorry"), "modified", "clean");

        assertThat(answer)
                .isEqualTo(HookResult.pass("clean, content that the scanner would change"));
        assertThat(values(FOUND)).containsExactly("No");
    }

    @ParameterizedTest
    @CsvSource({"respmod, HTTP/1.1 403 Forbidden", "reqmod, HTTP/1.1 200 OK"})
    void takesAnAnswerInThePlaceOfTheMessageForARefusal(String method, String status)
            throws IOException {
        HookResult answer = answerTo(back(status + "\r\n\r\n", WIRE), "method", method);

        assertThat(answer.text()).isEqualTo("Virus found: unnamed");
    }

    @Test
    void takesARequestThatComesBackAsItWasForClean() throws IOException {
        String http = "POST / HTTP/1.1\r\n\r\n";
        HookResult answer =
                answerTo(
                        back(http, WIRE).replace("res-hdr", "req-hdr").replace("res-b", "req-b"),
                        "method",
                        "reqmod");

        assertThat(answer).isEqualTo(HookResult.pass("clean"));
    }

    @Test
    void takesAMessageWithoutABodyForChanged() throws IOException {
        String octets = back("HTTP/1.1 200 OK\r\n\r\n", "").replace("res-body", "null-body");

        assertThat(answerTo(octets).text()).contains("content that the scanner would change");
    }

    @Test
    void leavesANaughtyClientAlone() throws IOException {
        connection.withNaughty(Action.DENY, "bad");

        assertThat(answerTo(StandInIcap.INFECTED)).isEqualTo(HookResult.skip("naughty"));
    }

    @ParameterizedTest
    @CsvSource({"7, DENY", "9, DECLINED"})
    void leavesLargeMessagesOut(int kilobytes, Action action) throws IOException {
        transaction.withMessage("A: b\n\n" + "x".repeat(kilobytes * 1024));
        HookResult answer = answerTo(StandInIcap.INFECTED, "max_size", "8", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ICAP/1.0 404 Service not found | has no service 'avscan'; see icap_service
                    ICAP/1.0 500 Error             | answers 500 Error
                    ICAP/1.0 200 OK~Methods: X     | does not take RESPMOD; see method
                    HTTP/1.1 200 OK                | no ICAP
                    """)
    void saysWhatIsWrongWithTheService(String head, String reason) throws IOException {
        StandInIcap script =
                new StandInIcap(head.replace("~", "\r\n") + "\r\n\r\n", true, message -> "");
        HookResult answer = answerOf(script, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.text()).isEqualTo("Unable to scan for viruses");
        assertThat(answer.reason()).startsWith("error: not scanned: ").contains(reason);
        assertThat(script.messages).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "ICAP/1.0 500 Oops\r\n\r\n",
                "ICAP/1.0 100 Continue\r\n\r\n",
                "ICAP/1.0 204 No\r\nwhat is this\r\n\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=x\r\n\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=9, res-body=3\r\n\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=6\r\n\r\nSMTP\r\n5\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n-5\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\nfffffffff\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n1\r\nab\r\n",
            })
    void saysWhenTheAnswerIsNone(String octets) throws IOException {
        HookResult answer = answerTo(octets, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).startsWith("error: not scanned: ICAP server at 127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ICAP/1.0 204 Unmo",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=19\r\n\r\nHTTP/1.1 200",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n10\r\nFrom: a@e",
            })
    void saysWhenTheConnectionEndsHalfWay(String octets) throws IOException {
        AtomicInteger connections = new AtomicInteger();
        StandIn.Script script =
                (in, out) -> {
                    if (connections.getAndIncrement() > 0) {
                        return;
                    }
                    var unused = in.read(new byte[10_000]);
                    out.write(StandInIcap.OPTIONS.getBytes(ISO_8859_1));
                    unused = in.read(new byte[10_000]);
                    out.write(octets.getBytes(ISO_8859_1));
                };
        HookResult answer = answerOf(script, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("not scanned");
    }

    @Test
    void readsAnswersOctetByOctet() throws IOException {
        StandInIcap script = new StandInIcap(StandInIcap.OPTIONS, true, message -> back(message));
        StandIn.Script slowly =
                (in, out) ->
                        script.play(
                                in,
                                new FilterOutputStream(out) {
                                    @Override
                                    public void write(byte[] octets) throws IOException {
                                        for (byte octet : octets) {
                                            out.write(octet);
                                            out.flush();
                                        }
                                    }
                                });

        assertThat(answerOf(slowly)).isEqualTo(HookResult.pass("clean"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ICAP/1.0 204 ",
                "ICAP/1.0 200 OK\r\nX-Long: ",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=99999\r\n\r\nHTTP/1.1 200",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n",
                "ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\n5f5e100\r\n"
            })
    void boundsAnAnswerOf100Megabytes(String start) throws IOException {
        byte[] piece = " ".repeat(100_000).getBytes(ISO_8859_1);
        StandIn.Script script =
                (in, out) -> {
                    var unused = in.read(new byte[10_000]);
                    out.write(StandInIcap.OPTIONS.getBytes(ISO_8859_1));
                    unused = in.read(new byte[10_000]);
                    out.write(start.getBytes(ISO_8859_1));
                    for (int i = 0; i < 1000; i++) {
                        out.write(piece);
                    }
                };
        HookResult answer = answerOf(script, "preview", "no", "on_error", "defer");

        assertThat(answer.action()).isIn(Action.DENYSOFT, Action.DENY);
        assertThat(answer.text())
                .isIn(
                        "Unable to scan for viruses",
                        "Virus found: content that the scanner would change");
    }

    @Test
    void givesUpAServerThatHangs() throws IOException {
        HookResult answer =
                answerOf((in, out) -> hang(), "timeoutSeconds", "1", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("no answer within 1 s");
    }

    private void hang() {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void goesOnWhereNobodyListens() throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        HookResult answer = answer(plugin(gone.address()));

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).contains("is it running, and listening there?");
    }

    @Test
    void goesOnWithWhatItKnewOfAServiceThatDoesNotSayItAgain() throws IOException {
        StandInIcap good = StandInIcap.saying(StandInIcap.CLEAN);
        StandInIcap bad = new StandInIcap("nonsense\r\n\r\n", true, m -> StandInIcap.CLEAN);
        StandIn.Script script =
                (in, out) -> {
                    if (good.heads.isEmpty()) {
                        good.play(in, out);
                    } else {
                        bad.play(in, out);
                    }
                };
        try (StandIn server = StandIn.onPort(script)) {
            IcapPlugin plugin = plugin(server.address());
            var unused = answer(plugin);
            clock.advance(Duration.ofHours(2));

            assertThat(answer(plugin)).isEqualTo(HookResult.pass("clean"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "deny_viruses, x, deny_viruses 'x' is not one of yes",
        "modified, x, modified 'x' is not one of virus",
        "method, get, method 'get' is not one of respmod",
        "on_error, x, on_error 'x' is not one of defer",
        "icap_service, a b, icap_service 'a b' is not the path",
        "icap_server, '', icap_server ''"
    })
    void refusesWrongSettings(String option, String value, String message) {
        assertThatThrownBy(() -> plugin("localhost", option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
