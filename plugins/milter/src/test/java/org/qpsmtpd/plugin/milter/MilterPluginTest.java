package org.qpsmtpd.plugin.milter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qpsmtpd.plugin.milter.ScriptedMilter.packet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.peers.NettyPeers;
import org.qpsmtpd.testkit.StandIn;

/** What a filter is told, and what becomes of its answers. */
@Timeout(60)
final class MilterPluginTest {
    private static final String MESSAGE = "From: a@example.org\nSubject: hello\n\nHello\nthere\n";

    private final NettyPeers peers = new NettyPeers();
    private final ScriptedMilter milter = new ScriptedMilter();

    @AfterEach
    void close() {
        peers.close();
    }

    private MilterPlugin plugin(StandIn service, String... options) {
        return Sessions.plugin(peers, service.address(), options);
    }

    private static long figure(MilterPlugin plugin, String name) {
        return plugin.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToLong(Figure::value)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tellsAllOfASession() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service, "keepSeconds", "0");
            Sessions session = new Sessions(plugin);
            session.connect();
            session.ehlo();
            session.mail("ann@example.com", Map.of("size", "1000", "body", "8BITMIME"));
            session.rcpt("bob@example.org");
            session.data();
            HookResult result = session.message(MESSAGE);
            session.reset();
            session.disconnect();

            assertThat(result.action()).isEqualTo(Action.DECLINED);
            assertThat(result.reason()).isEqualTo("pass: test accepts, no changes");
            assertThat(milter.awaitEnd()).isEqualTo("Q");
            assertThat(milter.heard("OCHMRTLNBEQ"))
                    .containsExactly(
                            "O",
                            "C client.example.net|4|4711|192.0.2.25",
                            "H client.example.net",
                            "M <ann@example.com>|BODY=8BITMIME|SIZE=1000",
                            "R <bob@example.org>",
                            "T",
                            "L From|a@example.org",
                            "L Subject|hello",
                            "N",
                            "B 14",
                            "E",
                            "Q");
            assertThat(figure(plugin, "scanned")).isOne();
            assertThat(figure(plugin, "dialogues")).isZero();
        }
    }

    @Test
    void givesMacrosAtEachStage() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service, "daemon_name", "inbound"));
            session.connection.withTls("TLSv1.3", "TLS_AES_256_GCM_SHA384");
            session.connection.withAuth("ann", "PLAIN");
            session.whole("Message-Id: <m@example.org>\n\n");

            String id = session.transaction.id();
            String tls = "{tls_version}|TLSv1.3|{cipher}|TLS_AES_256_GCM_SHA384";
            assertThat(milter.heard("D"))
                    .containsExactly(
                            "D Cj|mx.example.com|_|client.example.net [192.0.2.25]|v|qpsmtpd"
                                    + "|{daemon_name}|inbound|{daemon_addr}|192.0.2.25"
                                    + "|{daemon_port}|25|{if_name}|mx.example.com"
                                    + "|{if_addr}|192.0.2.25|{client_addr}|192.0.2.25"
                                    + "|{client_name}|client.example.net|{client_port}|4711"
                                    + "|{client_ptr}|client.example.net",
                            "D H" + tls,
                            "D Mi|"
                                    + id
                                    + "|{auth_type}|PLAIN|{auth_authen}|ann|"
                                    + tls
                                    + "|{mail_addr}|ann@example.com|{mail_host}|example.com",
                            "D Ri|" + id + "|{rcpt_addr}|bob@example.org|{rcpt_host}|example.org",
                            "D Ti|" + id + "|{nrcpts}|1",
                            "D Ni|" + id,
                            "D Ei|" + id + "|{msg_id}|<m@example.org>");
        }
    }

    @Test
    void givesNoMacroWithoutAValueAndNoEmptyName() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.connection.withRemoteHost("Unknown").withRemotePort(0);
            session.connect();
            session.ehlo();
            session.mail("", Map.of());

            assertThat(milter.heard("C")).containsExactly("C [192.0.2.25]|4|0|192.0.2.25");
            assertThat(milter.heard("D"))
                    .hasSize(2)
                    .allSatisfy(macros -> assertThat(macros).doesNotContain("||"))
                    .noneMatch(macros -> macros.contains("{client_port}"))
                    .noneMatch(macros -> macros.contains("{mail_addr}"));
            assertThat(milter.heard("D").get(0)).contains("|_|[192.0.2.25]|");
            assertThat(milter.heard("M")).containsExactly("M <>");
        }
    }

    @Test
    void givesTheMacrosThatAFilterWants() throws Exception {
        milter.wanting(0, 2, "{mail_addr}, j {unheard_of} {i}");
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.connect();
            session.mail();

            assertThat(milter.heard("D").get(1))
                    .isEqualTo(
                            "D M{mail_addr}|ann@example.com|j|mx.example.com|{i}|"
                                    + session.transaction.id());
        }
    }

    @Test
    void leavesOutWhatAFilterDoesNotWant() throws Exception {
        milter.taking(6, 0x1, 0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 | 0x200);
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.whole(MESSAGE);

            assertThat(milter.heard("CHMRTLNBE")).containsExactly("M <ann@example.com>", "E");
        }
    }

    @Test
    void waitsForNoAnswerThatDoesNotCome() throws Exception {
        int unanswered = 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x40000 | 0x80000 | 0x80;
        milter.taking(6, 0, unanswered);
        for (char letter : "CHMRTLNB".toCharArray()) {
            milter.saying(letter);
        }
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            HookResult result = session.whole(MESSAGE + "x".repeat(70_000) + "\n");

            assertThat(result.reason()).startsWith("pass: test accepts");
            assertThat(milter.heard("CHMRTLNBE")).hasSize(11);
            assertThat(milter.heard("B")).containsExactly("B 65535", "B 4481");
        }
    }

    @Test
    void tellsAnOldFilterNothingThatItDoesNotKnow() throws Exception {
        milter.taking(2, 0x3F, 0);
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.whole(MESSAGE);
            HookResult unknown =
                    Sessions.now(plugin.onUnrecognizedCommand(session.connection, "foo", ""));
            session.disconnect();

            assertThat(unknown).isEqualTo(HookResult.DECLINED);
            assertThat(milter.awaitEnd()).isEqualTo("Q");
            assertThat(milter.heard("TUKQ")).containsExactly("Q");
        }
    }

    @Test
    void givesTheFirstBlankOfAValueToAFilterThatWantsIt() throws Exception {
        milter.taking(6, 0x1FF, 0x100000);
        milter.saying('E', packet('h', "X-New", " value"), packet('c'));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.whole("A: b\nC:  d\n\te\nF:g\n\n");

            assertThat(milter.heard("L")).containsExactly("L A| b", "L C|  d\n\te", "L F|g");
            assertThat(session.transaction.message()).contains("\nX-New: value\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "H, HELO",
        "M, MAIL FROM",
        "R, RCPT TO",
        "T, DATA",
        "L, header",
        "N, end headers",
        "B, body",
        "E, end of DATA"
    })
    void refusesAndDefersAsTheFilterSays(char letter, String phase) throws Exception {
        milter.saying(letter, packet('r'));
        try (StandIn service = StandIn.onPort(milter)) {
            HookResult refused = at(letter, new Sessions(plugin(service)));
            assertThat(refused.action()).isEqualTo(Action.DENY);
            assertThat(refused.text())
                    .isEqualTo("Rejected at " + phase + " by test milter (no reason given)");
            assertThat(refused.reason()).isEqualTo("fail: test rejects at " + phase);

            milter.saying(letter, packet('t'));
            HookResult deferred = at(letter, new Sessions(plugin(service)));
            assertThat(deferred.action()).isEqualTo(Action.DENYSOFT);
            assertThat(deferred.text())
                    .isEqualTo("Deferred at " + phase + " by test milter (no reason given)");

            milter.saying(letter, packet('y', "451 4.7.1 come back"));
            HookResult reply = at(letter, new Sessions(plugin(service)));
            assertThat(reply.action()).isEqualTo(Action.DENYSOFT);
            assertThat(reply.text()).isEqualTo("come back (#4.7.1)");
            assertThat(reply.code()).isEqualTo(451);

            milter.saying(letter, packet('f'));
            assertThat(at(letter, new Sessions(plugin(service))).action())
                    .isEqualTo(Action.DENYSOFT_DISCONNECT);
        }
    }

    private static HookResult at(char letter, Sessions session) throws IOException {
        session.connect();
        HookResult hello = session.ehlo();
        if (letter == 'H') {
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
    void answersAtHeloWhatIsSaidOfTheConnection() throws Exception {
        milter.saying('C', packet('r'));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            HookResult connect = session.connect();
            assertThat(connect.action()).isEqualTo(Action.DECLINED);
            assertThat(connect.reason()).isEqualTo("fail: test rejects at connection");
            assertThat(session.ehlo().text())
                    .isEqualTo("Rejected at connection by test milter (no reason given)");
            assertThat(session.ehlo().action()).isEqualTo(Action.DENY);
            assertThat(session.mail().action()).isEqualTo(Action.DENY);
            assertThat(milter.heard("HM")).isEmpty();
        }
    }

    @Test
    void judgesEachRecipient() throws Exception {
        milter.doing(
                'R',
                (out, data) -> {
                    boolean isBad = new String(data, StandardCharsets.UTF_8).contains("bad");
                    out.write(isBad ? packet('y', "550 5.1.1 no such one") : packet('c'));
                });
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.connect();
            session.ehlo();
            session.mail();
            assertThat(session.rcpt("good@example.org").action()).isEqualTo(Action.DECLINED);
            HookResult bad = session.rcpt("bad@example.org");
            assertThat(bad.action()).isEqualTo(Action.DENY);
            assertThat(bad.code()).isEqualTo(550);
            assertThat(session.rcpt("too@example.org").action()).isEqualTo(Action.DECLINED);
            assertThat(session.message(MESSAGE).action()).isEqualTo(Action.DECLINED);
        }
    }

    @Test
    void asksNoMoreOfAConnectionThatIsAccepted() throws Exception {
        milter.saying('C', packet('a'));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            assertThat(session.connect().reason()).isEqualTo("pass: test accepts the connection");
            session.ehlo();
            session.mail();
            session.rcpt("bob@example.org");
            assertThat(session.message(MESSAGE)).isEqualTo(HookResult.DECLINED);
            assertThat(milter.heard("HMRE")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'M', 'R', 'T', 'L', 'N', 'B'})
    void asksNoMoreOfAMessageThatIsAccepted(char letter) throws Exception {
        milter.saying(letter, packet('a'));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            assertThat(session.whole(MESSAGE).action()).isEqualTo(Action.DECLINED);
            assertThat(milter.heard("E")).isEmpty();
            session.reset();
            assertThat(session.mail().action()).isEqualTo(Action.DECLINED);
            assertThat(milter.heard("M")).hasSize(2);
            assertThat(milter.heard("A")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(chars = {'M', 'R', 'T', 'L', 'N', 'B', 'E'})
    void takesAMessageThatIsDiscardedAndQueuesItNot(char letter) throws Exception {
        milter.saying(letter, packet('d'));
        try (StandIn service = StandIn.onPort(milter)) {
            HookResult result = new Sessions(plugin(service)).whole(MESSAGE);
            assertThat(result.action()).isEqualTo(Action.DONE);
            assertThat(result.code()).isEqualTo(250);
            assertThat(result.text()).isEqualTo("Message accepted");
            assertThat(result.reason()).startsWith("pass: test discards the message at ");
        }
    }

    @Test
    void skipsTheRestOfABody() throws Exception {
        milter.taking(6, 0x1FF, 0x400);
        milter.saying('B', packet('s'));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            assertThat(session.whole(MESSAGE + "x".repeat(200_000) + "\n").reason())
                    .startsWith("pass");
            assertThat(milter.heard("BE")).containsExactly("B 65535", "E");
        }
    }

    @Test
    void streamsALargeBody() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.whole("A: b\n\n" + "x".repeat(999).concat("\n").repeat(500));
            assertThat(milter.heard("B")).hasSize(8);
            assertThat(milter.bodyOctets()).isEqualTo(500 * 1001);
        }
    }

    @Test
    void abortsAMessageThatIsGivenUp() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.connect();
            session.ehlo();
            session.mail();
            session.reset();
            assertThat(milter.awaitEnd()).isEqualTo("A");
            assertThat(session.mail().action()).isEqualTo(Action.DECLINED);
            session.rcpt("bob@example.org");
            session.message(MESSAGE);
            session.reset();
            session.mail();
            assertThat(milter.heard("MAE")).hasSize(5).endsWith("E", "M <ann@example.com>");
        }
    }

    @Test
    void keepsTheConnectionForTheNextClient() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            for (int i = 0; i < 3; i++) {
                Sessions session = new Sessions(plugin);
                session.whole(MESSAGE);
                session.reset();
                session.disconnect();
                assertThat(milter.awaitEnd()).isEqualTo("K");
            }

            assertThat(service.accepted()).isOne();
            assertThat(milter.heard("O")).hasSize(1);
            assertThat(milter.heard("CE")).hasSize(6);
        }
    }

    @Test
    void abortsAndKeepsWhenAClientGoesWithinAMessage() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.connect();
            session.mail();
            session.disconnect();
            assertThat(milter.awaitEnd()).isEqualTo("A");
            assertThat(milter.awaitEnd()).isEqualTo("K");
        }
    }

    @Test
    void connectsAnewWhenAKeptConnectionHasEnded() throws Exception {
        ScriptedMilter dying = new ScriptedMilter();
        dying.doing(
                'C',
                (out, data) -> {
                    if (dying.heard("C").size() == 2) {
                        throw new IOException("restarted");
                    }
                    out.write(packet('c'));
                });
        try (StandIn service = StandIn.onPort(dying)) {
            MilterPlugin plugin = plugin(service);
            Sessions first = new Sessions(plugin);
            first.whole(MESSAGE);
            first.reset();
            first.disconnect();
            assertThat(new Sessions(plugin).whole(MESSAGE).reason()).startsWith("pass");
            assertThat(service.accepted()).isEqualTo(2);
        }
    }

    @Test
    void tellsOfUnknownCommands() throws Exception {
        milter.saying('U', packet('y', "502 5.5.1 not here"));
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.connect();
            HookResult result =
                    Sessions.now(plugin.onUnrecognizedCommand(session.connection, "foo", "bar"));
            assertThat(result.action()).isEqualTo(Action.DENY);
            assertThat(result.code()).isEqualTo(502);
            assertThat(milter.heard("U")).containsExactly("U foo bar");
        }
    }

    @Test
    void greetsByHeloAsByEhlo() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.connect();
            var unused = Sessions.now(plugin.onHelo(session.connection, "old.example.net"));
            assertThat(milter.heard("H")).containsExactly("H old.example.net");
        }
    }

    @Test
    void asksAtASocketInTheFileSystem(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("milter.sock");
        try (StandIn service = StandIn.at(socket, milter)) {
            Sessions session = new Sessions(Sessions.plugin(peers, "unix:" + service.address()));
            assertThat(session.whole(MESSAGE).reason()).startsWith("pass");
        }
    }

    @Test
    void endsTheFormerDialogueWhenAProxySpeaksForAnother() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.connect();
            session.connect();
            assertThat(milter.awaitEnd()).isEqualTo("Q");
            assertThat(figure(plugin, "dialogues")).isOne();
        }
    }

    @Test
    void keepsNoConnectionOnWhichNoMessageWasOver() throws Exception {
        try (StandIn service = StandIn.onPort(milter)) {
            MilterPlugin plugin = plugin(service);
            Sessions session = new Sessions(plugin);
            session.whole(MESSAGE);
            session.reset();
            session.ehlo();
            session.disconnect();
            assertThat(milter.awaitEnd()).isEqualTo("Q");
        }
    }

    @Test
    void keepsNoConnectionToAFilterThatIsNotToldOfClients() throws Exception {
        milter.taking(6, 0x1FF, 0x1);
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.whole(MESSAGE);
            session.reset();
            session.disconnect();
            assertThat(milter.awaitEnd()).isEqualTo("Q");
            assertThat(milter.heard("C")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"E,a", "E,r", "L,r", "B,a"})
    void keepsNoConnectionOnWhichTheFilterEndedTheMessage(char stage, char says) throws Exception {
        milter.saying(stage, packet(says));
        try (StandIn service = StandIn.onPort(milter)) {
            Sessions session = new Sessions(plugin(service));
            session.whole(MESSAGE);
            session.disconnect();
            String end = milter.awaitEnd();
            assertThat(end.equals("A") ? milter.awaitEnd() : end).isEqualTo("Q");
        }
    }

    @Test
    void asksSeveralFiltersEachOnItsOwn() throws Exception {
        ScriptedMilter second = new ScriptedMilter();
        milter.saying('E', packet('h', "X-First", "1"), packet('c'));
        try (StandIn one = StandIn.onPort(milter);
                StandIn two = StandIn.onPort(second)) {
            Sessions session = new Sessions(plugin(one));
            session.whole(MESSAGE);
            Sessions other = new Sessions(plugin(two));
            other.whole(session.transaction.message());
            assertThat(second.heard("L")).contains("L X-First|1");
        }
    }

    @Test
    void readsPlacesAsQpsmtpdAndAsFiltersWriteThem() {
        assertThat(Places.parse("5513").toString()).isEqualTo("[127.0.0.1:5513]");
        assertThat(Places.parse("host:5513,inet:8891@localhost").toString())
                .isEqualTo("[host:5513, localhost:8891]");
        assertThat(Places.parse("inet6:8891@::1").toString()).isEqualTo("[[::1]:8891]");
        assertThat(Places.parse("local:/run/m.sock").toString()).isEqualTo("[/run/m.sock]");
    }

    @ParameterizedTest
    @CsvSource({
        "'', host:1, name",
        "a b, host:1, name",
        "x, '', milter NAME HOST:PORT",
        "x, host, HOST:PORT",
        "x, relative/path, HOST:PORT"
    })
    void saysWhatIsWrongWithALine(String name, String port, String said) {
        assertThatThrownBy(() -> Sessions.plugin(peers, port, "name", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }
}
