package org.qpsmtpd.plugin.virus.hbedv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

@Timeout(60)
final class HbedvPluginTest {
    private final Path folder;
    private final FakeConfig config = new FakeConfig().set("me", "mx.example.org");
    private final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withConfig(config))
                    .withMessage("From: a@example.org\n\nhello\n");

    HbedvPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("scanner"), script);
    }

    private HookResult answer(StandInProgram program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("hbedvscanner", program.path()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new HbedvPlugin(Configs.config(HbedvConfig.class, values), new FakePatterns())
                .onDataPost(transaction);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return answer(program(script), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksAntivir() throws IOException {
        StandInProgram program = program("exit 0");

        assertThat(answer(program)).isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 6))
                .containsExactly(
                        "--archive-max-recursion=50",
                        "--alltypes",
                        "-z",
                        "-noboot",
                        "-nombr",
                        "-rs");
        assertThat(program.words().get(6)).startsWith("/");
        assertThat(values("X-H+BEDV-Virus-Checked")).containsExactly("Checked on mx.example.org");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void refusesAnyVirusWithoutAList(int code) throws IOException {
        HookResult answer =
                answer(
                        "echo 'x'; echo 'ALERT: [Worm/A.B worm] m'; echo 'ALERT: [Worm/A.B worm]';"
                                + "echo 'ALERT: [C virus]'; echo 'ALERT: ['; exit "
                                + code);

        assertThat(answer)
                .isEqualTo(
                        HookResult.deny("Virus found: Worm/A.B, C", "found virus Worm/A.B, C")
                                .withKarma(-1));
    }

    @ParameterizedTest
    @CsvSource({
        "'Worm/Sober\\..*', DENY",
        "worm/sober.a, DENY",
        "Sober, DECLINED",
        "'Worm/Sober', DECLINED",
        "'x|Worm/Sober', DECLINED"
    })
    void refusesWhatIsListed(String line, Action action) throws IOException {
        config.set("hbedv_deny", "Other", line);
        HookResult answer = answer("echo 'ALERT: [Worm/Sober.A worm]'; exit 1");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(values("X-H+BEDV-Virus-Details"))
                .isEqualTo(action == Action.DENY ? List.of() : List.of("Worm/Sober.A"));
    }

    @Test
    void cutsLongNames() throws IOException {
        assertThat(answer("printf 'ALERT: [%0900d worm]' 1; exit 1").text())
                .isEqualTo("Virus found: " + "0".repeat(60));
    }

    @ParameterizedTest
    @CsvSource({
        "200, not enough memory",
        "211, self check failed",
        "214, no licence key",
        "9, its option --help explains exit codes"
    })
    void cannotTell(int code, String meaning) throws IOException {
        assertThat(answer("exit " + code).action()).isEqualTo(Action.DECLINED);
        assertThat(answer("exit " + code, "on_error", "defer").reason())
                .endsWith(": exit code " + code + ", " + meaning);
        assertThat(answer("exit " + code, "on_error", "defer").text())
                .isEqualTo("Unable to scan for viruses");
    }

    @Test
    void tellsWrongLines() {
        HbedvPlugin plugin = new HbedvPlugin(Configs.config(HbedvConfig.class), new FakePatterns());

        plugin.checkLine("hbedv_deny", "Worm/.*");
        assertThatThrownBy(() -> plugin.checkLine("hbedv_deny", "a)(b"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasTheDocumentedDefaults() {
        HbedvConfig defaults = Configs.config(HbedvConfig.class);

        assertThat(defaults.hbedvscanner()).isEqualTo("/usr/bin/antivir");
        assertThat(defaults.on__error()).isEqualTo("skip");
        assertThat(defaults.timeout()).isEqualTo(60);
    }
}
