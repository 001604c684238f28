package org.qpsmtpd.plugin.milter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.qpsmtpd.plugin.milter.ScriptedMilter.indexed;
import static org.qpsmtpd.plugin.milter.ScriptedMilter.packet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.StandIn;

/** What filters change of messages. */
@Timeout(60)
final class ChangesTest {
    private static final byte[] GO_ON = packet('c');

    private final NettyPeers peers = new NettyPeers();
    private final ScriptedMilter milter = new ScriptedMilter();
    private Sessions session = new Sessions(Sessions.plugin(peers, "1"));

    @AfterEach
    void close() {
        peers.close();
    }

    private HookResult changed(String message, byte[]... changes) throws IOException {
        milter.saying('E', changes);
        try (StandIn service = StandIn.onPort(milter)) {
            session = new Sessions(Sessions.plugin(peers, service.address()));
            return session.whole(message);
        }
    }

    private String header() {
        String message = session.transaction.message();
        return message.substring(0, message.indexOf("\n\n"));
    }

    private List<String> recipients() {
        return session.transaction.recipients().stream()
                .map(each -> each.address().format())
                .toList();
    }

    @Test
    void addsInsertsChangesAndTakesAwayFields() throws Exception {
        HookResult result =
                changed(
                        "A: 1\nB: 2\nA: 3\n\nx\n",
                        packet('h', "End", "e"),
                        indexed('i', 0, "Top", "t"),
                        indexed('i', 2, "Second", "s"),
                        indexed('i', 99, "Last", "l"),
                        indexed('m', 2, "a", "4"),
                        indexed('m', 1, "B", ""),
                        indexed('m', 9, "New", "n"),
                        indexed('m', 9, "Nothing", ""),
                        GO_ON);

        assertThat(header()).isEqualTo("Top: t\nA: 1\nSecond: s\na: 4\nEnd: e\nLast: l\nNew: n");
        assertThat(result.reason()).isEqualTo("pass: test accepts, 8 changes");
    }

    @Test
    void hidesTheTraceFieldsOfThisServer() throws Exception {
        milter.saying('E', indexed('i', 0, "X", "x"), indexed('m', 1, "Received", ""), GO_ON);
        try (StandIn service = StandIn.onPort(milter)) {
            session = new Sessions(Sessions.plugin(peers, service.address()));
            String id = session.transaction.id();
            session.whole(
                    "Authentication-Results: mx; auth=none\nReceived: from a\n by mx id "
                            + id
                            + "; now\nReceived: from b\nA: 1\n\nx\n");

            assertThat(milter.heard("L")).containsExactly("L Received|from b", "L A|1");
            assertThat(header())
                    .isEqualTo(
                            "Authentication-Results: mx; auth=none\nReceived: from a\n by mx id "
                                    + id
                                    + "; now\nX: x\nA: 1");
        }
    }

    @Test
    void foldsAndCleansValues() throws Exception {
        changed(
                "A: 1\n\nx\n",
                packet('h', "Folded", "a\n\tb"),
                packet('h', "Evil", "a\r\nBcc: b\u0007\n\nc"),
                GO_ON);
        assertThat(header()).isEqualTo("A: 1\nFolded: a\n\tb\nEvil: aBcc: bc");
    }

    @Test
    void keepsOctetsOfValuesThatAreNoUtf8() throws Exception {
        changed("A: 1\n\nx\n", packet('h', "X\0caf\u00e9\0".getBytes(ISO_8859_1)), GO_ON);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        session.transaction.writeMessageTo(whole);
        assertThat(whole.toString(ISO_8859_1)).contains("\r\nX: caf\u00e9\r\n");
    }

    @Test
    void changesRecipientsAndSender() throws Exception {
        changed(
                "A: 1\n\nx\n",
                packet('+', "<new@example.org>"),
                packet('+', "bare@example.org"),
                packet('+', "<NEW@example.org>"),
                packet('2', "<par@example.org>", "NOTIFY=NEVER ORCPT=rfc822;a@b"),
                packet('-', "<BOB@example.org>"),
                packet('-', "<nobody@example.org>"),
                packet('e', "<other@example.com>", "RET=HDRS ENVID=x SIZE=1"),
                GO_ON);

        assertThat(recipients())
                .containsExactly("<new@example.org>", "<bare@example.org>", "<par@example.org>");
        Recipient last = session.transaction.recipients().get(2);
        assertThat(last.parameters().values())
                .isEqualTo(Map.of("notify", "NEVER", "orcpt", "rfc822;a@b"));
        assertThat(session.transaction.sender().format()).isEqualTo("<other@example.com>");
        assertThat(session.transaction.mailParameters().values())
                .isEqualTo(Map.of("ret", "HDRS", "envid", "x"));
    }

    @Test
    void setsTheNullSender() throws Exception {
        changed("A: 1\n\nx\n", packet('e', "<>"), GO_ON);
        assertThat(session.transaction.sender().isNull()).isTrue();
    }

    @Test
    void throwsAwayWhatIsForNobody() throws Exception {
        HookResult result = changed("A: 1\n\nx\n", packet('-', "<bob@example.org>"), GO_ON);
        assertThat(result.action()).isEqualTo(Action.DONE);
        assertThat(result.code()).isEqualTo(250);
    }

    @Test
    void quarantines() throws Exception {
        changed("A: 1\n\nx\n", packet('q', "looks odd"), GO_ON);
        assertThat(session.transaction.quarantineReasons()).containsExactly("looks odd");
    }

    @Test
    void replacesTheBodyPieceByPiece() throws Exception {
        HookResult result =
                changed(
                        "A: 1\n\nold\n",
                        packet('b', "new\r".getBytes(ISO_8859_1)),
                        packet('p'),
                        packet('b', "\nbody\nof\rlines".getBytes(ISO_8859_1)),
                        GO_ON);
        assertThat(session.transaction.message()).isEqualTo("A: 1\n\nnew\nbody\nof\nlines\n");
        assertThat(result.reason()).isEqualTo("pass: test accepts, no changes and a new body");
    }

    @Test
    void replacesTheBodyByNothing() throws Exception {
        changed("A: 1\n\nold\n", packet('b'), GO_ON);
        assertThat(session.transaction.message()).isEqualTo("A: 1\n\n");
    }

    @Test
    void keepsALargeNewBodyInAFile() throws Exception {
        byte[] piece = packet('b', ("y".repeat(999) + "\n").repeat(60).getBytes(ISO_8859_1));
        milter.doing(
                'E',
                (out, data) -> {
                    for (int i = 0; i < 100; i++) {
                        out.write(piece);
                    }
                    out.write(GO_ON);
                });
        try (StandIn service = StandIn.onPort(milter)) {
            session = new Sessions(Sessions.plugin(peers, service.address()));
            assertThat(session.whole("A: 1\n\nold\n").reason()).endsWith("a new body");
            assertThat(session.transaction.messageSize()).isEqualTo(8 + 6_000 * 1001L);
        }
    }

    @Test
    void takesManySmallPieces() throws Exception {
        milter.doing(
                'E',
                (out, data) -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (int i = 0; i < 50_000; i++) {
                        all.writeBytes(packet('b', new byte[] {'z'}));
                    }
                    out.write(all.toByteArray());
                    out.write(GO_ON);
                });
        try (StandIn service = StandIn.onPort(milter)) {
            session = new Sessions(Sessions.plugin(peers, service.address()));
            assertThat(session.whole("A: 1\n\nold\n").reason()).endsWith("a new body");
            assertThat(session.transaction.messageSize()).isEqualTo(8 + 50_002L);
        }
    }

    @Test
    void changesNothingWhenTheMessageIsRefused() throws Exception {
        HookResult result =
                changed("A: 1\n\nold\n", packet('h', "X", "x"), packet('b'), packet('r'));
        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(session.transaction.message()).isEqualTo("A: 1\n\nold\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h|Bad Name|x|",
                "h||x|",
                "h|N:|x|",
                "+|not an address|",
                "-|<>|",
                "+||",
                "e||",
                "2|<a@example.org>|=x|",
                "2|<a@example.org>|A=b\tc|",
                "i",
                "m|x"
            })
    void takesNoChangeThatIsNone(String change) throws Exception {
        String texts = change.length() > 1 ? change.substring(2) : "";
        byte[] sent = packet(change.charAt(0), texts.replace('|', '\0').getBytes(ISO_8859_1));
        HookResult result = changed("A: 1\n\nold\n", packet('h', "X", "x"), sent, GO_ON);
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.reason()).startsWith("error: not scanned: ");
        assertThat(session.transaction.message()).isEqualTo("A: 1\n\nold\n");
        assertThat(recipients()).containsExactly("<bob@example.org>");
    }

    @ParameterizedTest
    @CsvSource({
        "h, 0x1FE",
        "b, 0x1FD",
        "+, 0x1FB",
        "-, 0x1F7",
        "m, 0x1EF",
        "q, 0x1DF",
        "e, 0x1BF",
        "2, 0x17F"
    })
    void takesNoChangeThatWasNotAgreed(char letter, String actions) throws Exception {
        milter.taking(6, Integer.decode(actions), 0);
        HookResult result = changed("A: 1\n\nold\n", packet(letter, "x", "y"), GO_ON);
        assertThat(result.action()).isEqualTo(Action.DENYSOFT);
        assertThat(result.reason()).contains("did not say it would");
    }
}
