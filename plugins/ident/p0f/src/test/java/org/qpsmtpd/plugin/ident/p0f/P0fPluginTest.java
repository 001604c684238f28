package org.qpsmtpd.plugin.ident.p0f;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.Fingerprint;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

class P0fPluginTest {
    private static final byte[] WINDOWS =
            FakeP0f.answer(0x10, "Windows", "7 or 8", "Ethernet or modem");
    private static final Fingerprint WINDOWS_SEEN =
            new Fingerprint("Windows 7 or 8", "Ethernet or modem", 9, 4294967294L);

    private final Path folder;
    private final FakeConnection connection = FakeConnection.from("192.0.2.7");
    private final List<P0fPlugin> plugins = new ArrayList<>();

    P0fPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterEach
    void close() {
        plugins.forEach(P0fPlugin::close);
    }

    private P0fPlugin plugin(String... settings) {
        Map<String, Object> all = new HashMap<>(Map.of("socket", socket().toString()));
        all.put("timeoutMillis", 20_000);
        for (int at = 0; at < settings.length; at += 2) {
            all.put(settings[at], settings[at + 1]);
        }
        P0fPlugin plugin = new P0fPlugin(Configs.config(P0fConfig.class, all), new FakePatterns());
        plugins.add(plugin);
        return plugin;
    }

    private Path socket() {
        return folder.resolve("p0f.sock");
    }

    private static HookResult connect(P0fPlugin plugin, FakeConnection from) throws Exception {
        HookResult answer = plugin.onConnect(from);
        return from.answered(
                answer.pending()
                        .orElseThrow()
                        .answer()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS));
    }

    private HookResult connect(byte[] answer, String... settings) throws Exception {
        P0fPlugin plugin = plugin(settings);
        try (FakeP0f p0f = new FakeP0f(socket(), answer)) {
            assertThat(p0f.queries()).isEmpty();
            return connect(plugin, connection);
        }
    }

    @Test
    void notesWhatP0fSays() throws Exception {
        assertThat(connect(WINDOWS))
                .isEqualTo(HookResult.pass("Windows 7 or 8, Ethernet or modem"));
        assertThat(connection.notes().get(NoteKey.P0F)).contains(WINDOWS_SEEN);
        assertThat(connection.karma()).isZero();
    }

    @Test
    void asksForBothFamilies() throws Exception {
        P0fPlugin plugin = plugin();
        try (FakeP0f p0f = new FakeP0f(socket(), WINDOWS)) {
            connect(plugin, connection);
            connect(plugin, FakeConnection.from("2001:db8::7"));

            String magic =
                    ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "01463050" : "50304601";
            assertThat(p0f.queries())
                    .extracting(HexFormat.of()::formatHex)
                    .containsExactly(
                            magic + "04" + "c0000207" + "0".repeat(24),
                            magic + "06" + "20010db8" + "0".repeat(22) + "07");
        }
    }

    @Test
    void passesWhoIsNotKnown() throws Exception {
        assertThat(connect(FakeP0f.answer(0x20, "", "", "")))
                .isEqualTo(HookResult.pass("p0f knows nothing of the client"));
        assertThat(connection.notes().has(NoteKey.P0F)).isFalse();
    }

    @Test
    void passesWithAReasonWhenP0fMakesNoSense() throws Exception {
        assertThat(connect(FakeP0f.answer(0, "", "", "")).reason())
                .isEqualTo("error: p0f refuses the query with status 0");
    }

    @Test
    void passesWhenAnotherServerAnswers() throws Exception {
        assertThat(connect("HTTP/1.1 400 Bad Request\r\n".repeat(20).getBytes(US_ASCII)).reason())
                .isEqualTo("error: what answers is not p0f 3");
        assertThat(connection.notes().has(NoteKey.P0F)).isFalse();
    }

    @Test
    void passesWhenP0fBreaksOff() throws Exception {
        assertThat(connect(new byte[231]).reason()).isEqualTo("error: p0f breaks off its answer");
    }

    @Test
    void passesWhenNobodyListens() throws Exception {
        P0fPlugin plugin = plugin();

        assertThat(connect(plugin, connection).reason()).startsWith("error: " + socket());
    }

    @Test
    void leavesP0fAloneForAWhileWhenItDoesNotAnswer() throws Exception {
        P0fPlugin plugin = plugin("timeoutMillis", "50");
        try (FakeP0f silent = new FakeP0f(socket(), null)) {
            assertThat(connect(plugin, connection).reason()).contains("did not answer in time");
            assertThat(connect(plugin, connection).reason()).contains("did not answer in time");
            assertThat(silent.queries()).hasSize(1);
        }
    }

    @Test
    void aServerGoesOnWhileP0fIsSilent() throws Exception {
        P0fPlugin plugin = plugin("timeoutMillis", "100");
        try (FakeP0f silent = new FakeP0f(socket(), null);
                TestServer server = TestServer.builder().plugin("ident/p0f", plugin).start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(server.awaitLog("did not answer in time").line()).contains("error: ");
            assertThat(silent.queries()).hasSize(1);
        }
    }

    @Test
    void takesKarmaOfSystems() throws Exception {
        connect(WINDOWS, "smite_os", "WINDOWS");
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void takesNoKarmaOfOthers() throws Exception {
        connect(WINDOWS, "smite_os", "linux");
        assertThat(connection.karma()).isZero();
    }

    @Test
    void blocksAWholeName() {
        assertThat(rcpt("Windows 7 or 8"))
                .isEqualTo(HookResult.deny("OS Blocked", "Windows 7 or 8 is blocked"));
        assertThat(rcpt("Windows 7")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void blocksByExpressionInAnyLetterCase() {
        assertThat(rcpt("FreeBSD", "/windows/").text()).isEqualTo("OS Blocked");
        assertThat(rcpt("/windoze/", "/(/")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void blocksNobodyWithoutList() {
        assertThat(rcpt()).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void blocksNoRelayClient() {
        connection.setRelayClient(true);

        assertThat(rcpt("/windows/")).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void blocksNobodyOfWhomNothingIsKnown() {
        connection.config().set(BlockedSystems.FILE, "/.*/");

        assertThat(plugin().onRcpt(FakeTransaction.on(connection), FakeRecipient.of("a@b.test")))
                .isEqualTo(HookResult.DECLINED);
    }

    private HookResult rcpt(String... blocked) {
        connection.notes().put(NoteKey.P0F, WINDOWS_SEEN);
        connection.config().set(BlockedSystems.FILE, blocked);
        return plugin().onRcpt(FakeTransaction.on(connection), FakeRecipient.of("a@b.test"));
    }

    @Test
    void replacesTheFieldsOfTheHeader() {
        connection.notes().put(NoteKey.P0F, WINDOWS_SEEN);

        assertThat(headers())
                .isEqualTo(
                        """
                        Subject: a
                        X-P0F-Genre: Windows 7 or 8
                        X-P0F-Link-Type: Ethernet or modem

                        b
                        """);
    }

    @Test
    void takesAwayFieldsOfTheSender() {
        assertThat(headers()).isEqualTo("Subject: a\n\nb\n");
    }

    @Test
    void leavesTheHeaderAloneWhenToldSo() {
        connection.notes().put(NoteKey.P0F, WINDOWS_SEEN);

        assertThat(headers("add_headers", "false")).contains("X-P0F-Genre: old", "Link-Type: old");
    }

    private String headers(String... settings) {
        FakeTransaction transaction =
                FakeTransaction.on(connection)
                        .withMessage(
                                """
                                X-P0F-Genre: old
                                X-P0F-Link-Type: old
                                Subject: a

                                b
                                """);
        assertThat(plugin(settings).onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        return transaction.message();
    }

    @Test
    void cleansTexts() throws IOException {
        byte[] answer = FakeP0f.answer(0x10, "Win\r\n", "x".repeat(32), "\u00e9 ");
        ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).putShort(36, (short) -9);

        assertThat(Packets.read(answer).orElseThrow())
                .isEqualTo(new Fingerprint("Win?? " + "x".repeat(32), "?", -1, 4294967294L));
    }

    @Test
    void namesWrongOptions() {
        assertThatThrownBy(() -> plugin("version", "2"))
                .hasMessage(
                        "version '2' is not spoken here: run p0f 3 with -s SOCKET, and write"
                                + " version 3 or nothing");
        assertThatThrownBy(() -> plugin("socket", ""))
                .hasMessageStartingWith("the first word must be the socket");
        assertThatThrownBy(() -> plugin("smite_os", "(")).hasMessageStartingWith("smite_os: ");
    }

    @Test
    void checksExpressionsOfTheFile() {
        plugin().checkLine(BlockedSystems.FILE, "Windows (XP");
        assertThatThrownBy(() -> plugin().checkLine(BlockedSystems.FILE, "/Windows (/"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
