package org.qpsmtpd.plugin.virus.sophie;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
final class SophiePluginTest {
    private static final String MESSAGE = "From: a@example.org\n\nhello\n";

    private final NettyPeers peers = new NettyPeers();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Path socket;
    private final FakeTransaction transaction =
            FakeTransaction.on(
                            FakeConnection.create()
                                    .withConfig(new FakeConfig().set("me", "mx.example.org")))
                    .withMessage(MESSAGE);
    private volatile String seen = "";

    SophiePluginTest(@TempDir Path folder) {
        socket = folder.resolve("sophie");
    }

    @AfterEach
    void close() {
        end.countDown();
        peers.close();
    }

    private SophiePlugin plugin(String address, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("sophie_socket", address));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new SophiePlugin(
                Configs.config(SophieConfig.class, values),
                Configs.config(PeerOptions.class, Map.of("timeoutSeconds", "1")),
                peers);
    }

    private HookResult answer(SophiePlugin plugin) {
        HookResult result = plugin.onDataPost(transaction);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private HookResult answer(String said, String... options) throws IOException {
        try (StandIn sophie = StandIn.at(socket, (in, out) -> say(in, out, said))) {
            return answer(plugin(sophie.address(), options));
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private void say(InputStream in, OutputStream out, String said) throws IOException {
        Path file = Path.of(new Scanner(in, ISO_8859_1).nextLine());
        seen = Files.readString(file, ISO_8859_1);
        out.write(said.getBytes(ISO_8859_1));
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @ParameterizedTest
    @CsvSource({"'0'", "'0\n'"})
    void hasSophieReadTheFile(String said) throws IOException {
        assertThat(answer(said)).isEqualTo(HookResult.pass("clean"));
        assertThat(seen).isEqualTo(MESSAGE.replace("\n", "\r\n"));
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by SOPHIE on mx.example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "1:EICAR, 'Virus Found: EICAR'",
        "'1:A,B', 'Viruses Found: A,B'",
        "1, 'Virus Found: unnamed'",
        "1:, 'Virus Found: unnamed'"
    })
    void refusesAVirus(String said, String text) throws IOException {
        HookResult answer = answer(said);

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(answer.text()).isEqualTo(text);
        assertThat(answer.karma()).isEqualTo(-1);
    }

    @Test
    void marksAVirus() throws IOException {
        HookResult answer = answer("1:EICAR\n", "deny_viruses", "no");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("EICAR");
    }

    @ParameterizedTest
    @CsvSource({"-1:no such file", "10", "''", "hello"})
    void cannotTell(String said) throws IOException {
        HookResult answer = answer(said);

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("error: not scanned: ");
        assertThat(values("X-Virus-Checked")).isEmpty();
        assertThat(answer(said, "on_error", "defer").text())
                .isEqualTo("Unable to scan for viruses");
    }

    @Test
    void endsALongAnswer() throws IOException {
        assertThat(answer("1:" + "x".repeat(2000)).reason()).contains("longer than 1024 octets");
    }

    @Test
    void doesNotWaitForASilentSophie() throws IOException {
        StandIn.Script silent = (in, out) -> awaitEnd();
        try (StandIn sophie = StandIn.at(socket, silent)) {
            SophiePlugin plugin = plugin(sophie.address(), "on_error", "defer");

            assertThat(answer(plugin).action()).isEqualTo(Action.DENYSOFT);
            assertThat(plugin.figures()).contains(Figure.counter("not_scanned_late", 1));
            plugin.close();
        }
    }

    private void awaitEnd() throws IOException {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void cannotTellWithoutSophie() {
        SophiePlugin plugin = plugin(socket.toString());

        assertThat(answer(plugin).reason()).startsWith("error: not scanned: sophie at " + socket);
        assertThat(plugin.figures()).contains(Figure.counter("not_scanned_away", 1));
    }

    @Test
    void leavesOutWhatItIsTold() throws IOException {
        assertThat(answer("1", "scan_all", "false")).isEqualTo(HookResult.skip("no parts"));
        transaction.withMessage("A: b\n\n" + "x".repeat(128 * 1024));
        assertThat(answer("1").reason()).contains("where the limit is 131072");
    }

    @Test
    void hasTheDocumentedDefaults() {
        SophieConfig defaults = Configs.config(SophieConfig.class);

        assertThat(defaults.sophie__socket()).isEqualTo("/var/run/sophie");
        assertThat(defaults.deny__viruses()).isEqualTo("yes");
        assertThat(defaults.max__size()).isEqualTo(128);
        assertThat(defaults.scan__all()).isTrue();
        assertThat(defaults.on__error()).isEqualTo("skip");
    }
}
