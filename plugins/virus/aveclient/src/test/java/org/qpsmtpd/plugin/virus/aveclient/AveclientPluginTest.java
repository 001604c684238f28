package org.qpsmtpd.plugin.virus.aveclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

@Timeout(60)
final class AveclientPluginTest {
    private final Path folder;
    private final FakeConfig config = new FakeConfig().set("me", "mx.example.org");
    private final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withConfig(config))
                    .withMessage("From: a@example.org\n\nhello\n");

    AveclientPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("scanner"), script);
    }

    private HookResult answer(StandInProgram program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("avclient_bin", program.path()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new AveclientPlugin(Configs.config(AveclientConfig.class, values))
                .onDataPost(transaction);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return answer(program(script), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksAveclient() throws IOException {
        StandInProgram program = program("exit 0");

        assertThat(answer(program, "avdaemon_sock", "/run/ave"))
                .isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 3)).containsExactly("-p", "/run/ave", "-s");
        assertThat(program.words().get(3)).startsWith("/");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by Kaspersky on mx.example.org");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 8})
    void refusesAVirus(int code) throws IOException {
        HookResult answer =
                answer("echo 'aveclient 5'; echo '/m INFECTED A'; echo B; exit " + code);

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(answer.text()).isEqualTo("Virus found: REPORT: /m INFECTED A, B");
        assertThat(answer.karma()).isEqualTo(-1);
    }

    @Test
    void marksAVirus() throws IOException {
        var unused = answer("exit 4", "deny_viruses", "no");

        assertThat(values("X-Virus-Found")).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("REPORT:");
    }

    @ParameterizedTest
    @CsvSource({
        "1, it cannot reach aveserver",
        "7, system error",
        "9, arguments are missing",
        "10, ''"
    })
    void cannotTell(int code, String meaning) throws IOException {
        HookResult answer = answer("exit " + code);

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason())
                .startsWith("error: not scanned: ")
                .endsWith(": exit code " + code + (meaning.isEmpty() ? "" : ", " + meaning));
        assertThat(answer("exit " + code, "on_error", "defer").text())
                .isEqualTo("Unable to scan for viruses");
    }

    @Test
    void refusesWhatCannotBeScannedWhereItIsTold() throws IOException {
        HookResult answer = answer("exit 1", "blockonerror", "true", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DENY);
        assertThat(answer.text())
                .isEqualTo(
                        "Unable to scan for virus, please contact admin of mx.example.org, if you"
                                + " feel this is an error!");
        assertThat(answer.reason()).contains("it cannot reach aveserver");
        assertThat(answer("exit 0", "blockonerror", "true").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void hasTheDocumentedDefaults() {
        AveclientConfig defaults = Configs.config(AveclientConfig.class);

        assertThat(defaults.avclient__bin()).isEqualTo("/opt/kav/bin/aveclient");
        assertThat(defaults.avdaemon__sock()).isEqualTo("/var/run/aveserver");
        assertThat(defaults.blockonerror()).isFalse();
        assertThat(defaults.deny__viruses()).isEqualTo("yes");
        assertThat(defaults.on__error()).isEqualTo("skip");
        assertThat(defaults.timeout()).isEqualTo(60);
    }
}
