package org.qpsmtpd.plugin.virus.clamdscan;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandIn;

@Timeout(60)
final class ClamdscanPluginTest {
    private static final String MESSAGE = "From: a@example.org\n\nhello\n";
    private static final String FOUND = "X-Virus-Found";

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);
    private final FakeConnection connection =
            FakeConnection.create().withConfig(new FakeConfig().set("me", "mx.example.org"));
    private final FakeTransaction transaction = FakeTransaction.on(connection).withMessage(MESSAGE);

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    private ClamdscanPlugin plugin(StandIn clamd, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("clamd_socket", clamd.address()));
        Map<String, String> peer = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            boolean isPeers = options[i].endsWith("Seconds");
            (isPeers ? peer : values).put(options[i], options[i + 1]);
        }
        return new ClamdscanPlugin(
                Configs.config(ClamdscanConfig.class, values),
                Configs.config(PeerOptions.class, peer),
                peers);
    }

    private HookResult answer(ClamdscanPlugin plugin) {
        HookResult result = plugin.onDataPost(transaction);
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    private HookResult answer(StandIn.Script script, String... options) throws IOException {
        try (StandIn clamd = StandIn.onPort(script)) {
            return answer(plugin(clamd, options));
        }
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void sendsTheMessageAsItCame(@TempDir Path folder) throws IOException {
        transaction.headers().prepend("Received", "from here");
        StandInClamd script = new StandInClamd("OK");
        try (StandIn clamd = StandIn.at(folder.resolve("s"), script)) {
            HookResult answer = answer(plugin(clamd));

            assertThat(answer).isEqualTo(HookResult.pass("clean"));
        }
        assertThat(script.commands).containsExactlyInAnyOrder("zVERSION", "zINSTREAM");
        assertThat(script.messages).containsExactly(MESSAGE.replace("\n", "\r\n"));
        assertThat(values(FOUND)).containsExactly("No");
        assertThat(values("X-Virus-Checked")).containsExactly("by ClamAV 1.4.3 on mx.example.org");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32_767, 32_768, 32_769, 500_000})
    void sendsMessagesOfAnySizeInChunks(int size) throws IOException {
        String text = "x".repeat(size);
        transaction.withMessage("A: b\n\n" + text);
        StandInClamd script = new StandInClamd("OK");
        var unused = answer(script);

        assertThat(script.messages).containsExactly("A: b\r\n\r\n" + text);
    }

    @Test
    void refusesAVirus() throws IOException {
        HookResult answer = answer(new StandInClamd("Eicar-Test-Signature FOUND"));

        assertThat(answer)
                .isEqualTo(
                        HookResult.deny(
                                        "Virus found: Eicar-Test-Signature",
                                        "found virus Eicar-Test-Signature")
                                .withKarma(-1));
        assertThat(connection.karma()).isEqualTo(-1);
        assertThat(values(FOUND)).isEmpty();
    }

    @Test
    void marksAVirusWhereItIsNotRefused() throws IOException {
        transaction.withMessage("X-Virus-Found: No\nX-Virus-Checked: by me\n" + MESSAGE);
        HookResult answer = answer(new StandInClamd("Worm.A FOUND"), "deny_viruses", "no");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).isEqualTo("fail, tolerated: found virus Worm.A");
        assertThat(values(FOUND)).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("Worm.A");
        assertThat(values("X-Virus-Checked")).isEmpty();
    }

    @Test
    void leavesAVirusToThePluginNaughty() throws IOException {
        HookResult answer = answer(new StandInClamd("Worm.A FOUND"), "deny_viruses", "naughty");

        assertThat(answer.naughtyType()).contains(Action.DECLINED);
        assertThat(answer.text()).isEqualTo("Virus found: Worm.A");
    }

    @Test
    void leavesANaughtyClientAlone() throws IOException {
        connection.withNaughty(Action.DENY, "bad");

        assertThat(answer(new StandInClamd("Worm.A FOUND"))).isEqualTo(HookResult.skip("naughty"));
    }

    @ParameterizedTest
    @CsvSource({"7, DENY, ''", "9, DECLINED, 'skip: not scanned: too large'"})
    void leavesLargeMessagesOut(int kilobytes, Action action, String reason) throws IOException {
        transaction.withMessage("A: b\n\n" + "x".repeat(kilobytes * 1024));
        HookResult answer =
                answer(new StandInClamd("A FOUND"), "max_size", "8", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1 | text/plain                                | DENY
                    0 | text/plain                                | DECLINED
                    0 | multipart/alternative; boundary="x"       | DENY
                    0 | Multipart/Mixed; charset=a; Boundary=x    | DENY
                    0 | multipart/mixed                           | DECLINED
                    """)
    void mayLookAtMessagesWithPartsOnly(String all, String type, Action action) throws IOException {
        transaction.withMessage("Content-Type: " + type + "\n\nx\n");

        assertThat(
                        answer(
                                        new StandInClamd("A FOUND"),
                                        "scan_all",
                                        all.equals("1") ? "true" : "false")
                                .action())
                .isEqualTo(action);
    }

    @Test
    void hasClamdReadTheFile(@TempDir Path spool) throws IOException {
        transaction.withSpoolDirectory(spool);
        Path file = transaction.body().file();
        StandInClamd script = new StandInClamd("Worm.A FOUND");
        HookResult answer = answer(script, "scan_by", "file");

        assertThat(answer.text()).isEqualTo("Virus found: Worm.A");
        assertThat(script.commands).contains("zSCAN " + file.toAbsolutePath());
        assertThat(script.messages).isEmpty();
    }

    @Test
    void passesTheOpenFile(@TempDir Path folder) throws IOException {
        transaction.withSpoolDirectory(folder);
        Path ignored = transaction.body().file();
        StandInClamd script = new StandInClamd("Worm.A FOUND");
        try (StandIn clamd = StandIn.at(folder.resolve("clamd"), script)) {
            HookResult answer = answer(plugin(clamd, "scan_by", "fdpass"));

            assertThat(answer.text()).isEqualTo("Virus found: Worm.A");
        }
        assertThat(script.commands).contains("zFILDES");
        assertThat(script.messages).isEmpty();
    }

    @Test
    void passesNoFileToAPort() throws IOException {
        try (StandIn clamd = StandIn.onPort((in, out) -> {})) {
            assertThatThrownBy(() -> plugin(clamd, "scan_by", "fdpass"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("scan_by fdpass: 127.0.0.1:")
                    .hasMessageEndingWith("over a socket in the file system only");
        }
    }

    @Test
    void sendsAMessageInMemoryAlsoWhenFilesAreRead() throws IOException {
        StandInClamd script = new StandInClamd("OK");
        var unused = answer(script, "scan_by", "file");

        assertThat(script.messages).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "defer_on_error, true, DENYSOFT",
        "defer_on_error, false, DECLINED",
        "on_error, defer, DENYSOFT",
        "on_error, skip, DECLINED"
    })
    void doesWhatItIsToldWhenClamdCannotTell(String option, String value, Action action)
            throws IOException {
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        ClamdscanPlugin plugin = plugin(gone, option, value);
        HookResult answer = answer(plugin);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.text())
                .isEqualTo(action == Action.DENYSOFT ? "Unable to scan for viruses" : "");
        assertThat(answer.reason())
                .startsWith("error: not scanned: clamd at " + gone.address() + ": Connection ref");
        assertThat(plugin.figures()).contains(Figure.counter("not_scanned_away", 1));
        assertThat(values(FOUND)).isEmpty();
    }

    private void hang() throws IOException {
        try {
            assertThat(end.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void givesUpAClamdThatHangs() throws IOException {
        HookResult answer = answer((in, out) -> hang(), "timeoutSeconds", "1", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("no answer within 1 s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "what?\0",
                "stream: OK, nearly\0",
                "FOUND\0",
                "stream: Error reading. ERROR\0",
                "\n\r\0"
            })
    void defersWhenAnAnswerIsNone(String said) throws IOException {
        StandIn.Script script =
                (in, out) -> {
                    var unused = StandInClamd.command(in);
                    out.write(said.getBytes(US_ASCII));
                };
        HookResult answer = answer(script, "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).startsWith("error: not scanned: clamd").doesNotContain("\n");
    }

    @Test
    void boundsAnAnswer() throws IOException {
        StandIn.Script flood =
                (in, out) -> {
                    while (true) {
                        out.write(new byte[] {'x', 'x', 'x', 'x'});
                    }
                };

        assertThat(answer(flood, "on_error", "defer").reason()).contains("longer than 8192");
    }

    @Test
    void saysWhatToDoAboutClamdsLimit() throws IOException {
        StandIn.Script limited =
                (in, out) -> {
                    var unused = StandInClamd.command(in);
                    out.write("INSTREAM size limit exceeded. ERROR\0".getBytes(US_ASCII));
                };

        assertThat(answer(limited).reason())
                .endsWith("raise StreamMaxLength in clamd.conf, or lower max_size");
    }

    @Test
    void cleansTheNameOfAVirus() throws IOException {
        HookResult answer =
                answer(new StandInClamd("A\r\n250 OK\u00e4" + "x".repeat(999) + " FOUND"));

        assertThat(answer.text()).startsWith("Virus found: A??250 OK?xxx").hasSizeLessThan(220);
    }

    @Test
    void asksAtAPortOfAHost() throws IOException {
        try (StandIn clamd = StandIn.onPort(new StandInClamd("A FOUND"))) {
            String port = clamd.address().substring(clamd.address().indexOf(':') + 1);
            HookResult answer =
                    answer(
                            plugin(
                                    clamd,
                                    "clamd_socket",
                                    "/there/is/none",
                                    "clamd_host",
                                    "127.0.0.1",
                                    "clamd_port",
                                    port));

            assertThat(answer.text()).isEqualTo("Virus found: A");
        }
    }

    @Test
    void seesNewSignatures() throws IOException {
        StandInClamd script = new StandInClamd("OK");
        try (StandIn clamd = StandIn.onPort(script)) {
            ClamdscanPlugin plugin = plugin(clamd);
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
            assertThat(plugin.figures()).contains(Figure.gauge("signatures", 27_800));
            script.version = "ClamAV 1.4.3/27801/Tue Dec  1 09:00:00 2026";
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);
            assertThat(plugin.figures()).contains(Figure.gauge("signatures", 27_800));
            connection.clock().advance(Duration.ofSeconds(61));
            assertThat(answer(plugin).action()).isEqualTo(Action.DECLINED);

            assertThat(plugin.figures()).contains(Figure.gauge("signatures", 27_801));
        }
        assertThat(script.commands).filteredOn("zVERSION"::equals).hasSize(2);
    }

    @Test
    void scansWithoutKnowingTheVersion() throws IOException {
        StandInClamd script = new StandInClamd("OK");
        script.version = "something else";
        var unused = answer(script);

        assertThat(values("X-Virus-Checked")).containsExactly("by ClamAV on mx.example.org");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    deny_viruses | maybe     | deny_viruses 'maybe' is not one of yes, no, naughty
                    scan_by      | fd        | scan_by 'fd' is not one of stream, file, fdpass
                    on_error     | die       | on_error 'die' is not one of defer, skip
                    clamd_socket | localhost | clamd_socket 'localhost' is neither HOST:PORT nor the absolute path
                    clamd_socket | clamd.ctl | clamd_socket 'clamd.ctl' is neither HOST:PORT nor the absolute path
                    """)
    void refusesWrongSettings(String option, String value, String message) throws IOException {
        try (StandIn clamd = StandIn.onPort((in, out) -> {})) {
            assertThatThrownBy(() -> plugin(clamd, option, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(message);
        }
    }

    @Test
    void hasTheDefaultsThatTheReadmeTells() {
        ClamdscanConfig config = Configs.config(ClamdscanConfig.class);

        assertThat(config.deny__viruses()).isEqualTo("yes");
        assertThat(config.max__size()).isEqualTo(1024);
        assertThat(config.scan__all()).isTrue();
        assertThat(config.scan__by()).isEqualTo("stream");
        assertThat(config.clamd__port()).isZero();
    }
}
