package org.qpsmtpd.plugin.virus.uvscan;

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
final class UvscanPluginTest {
    private final Path folder;
    private final FakeConfig config = new FakeConfig().set("me", "mx.example.org");
    private final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withConfig(config))
                    .withMessage("From: a@example.org\n\nhello\n");

    UvscanPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("scanner"), script);
    }

    private HookResult answer(StandInProgram program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("uvscan_location", program.path()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new UvscanPlugin(Configs.config(UvscanConfig.class, values)).onDataPost(transaction);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return answer(program(script), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksUvscan() throws IOException {
        StandInProgram program = program("exit 0");

        assertThat(answer(program)).isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 4))
                .containsExactly("--mime", "--unzip", "--secure", "--noboot");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by McAfee uvscan on mx.example.org");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 12, 13, 19})
    void refusesAVirus(int code) throws IOException {
        HookResult answer = answer("echo '/m  Found the EICAR test file !!!'; exit " + code);

        assertThat(answer)
                .isEqualTo(
                        HookResult.deny(
                                        "Virus Found: the EICAR test file !!!",
                                        "found virus the EICAR test file !!!")
                                .withKarma(-1));
    }

    @Test
    void marksAVirus() throws IOException {
        HookResult answer = answer("echo x; exit 13", "deny_viruses", "no");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(values("X-Virus-Details")).containsExactly("unnamed");
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 0", "exit 6", ">&2 echo; exit 13"})
    void refusesArchivesWithAPassword(String end) throws IOException {
        assertThat(answer("echo 'a.zip is password-protected'; " + end))
                .isEqualTo(
                        HookResult.deny(
                                "We do not accept password-protected zip files!",
                                "archive with a password"));
    }

    @ParameterizedTest
    @CsvSource({
        "2, integrity check of a DAT file failed",
        "6, general problem",
        "8, it finds no DAT file",
        "15, self-check failed"
    })
    void cannotTell(int code, String meaning) throws IOException {
        String end = ": exit code " + code + ", " + meaning;

        assertThat(answer("exit " + code).action()).isEqualTo(Action.DECLINED);
        assertThat(answer("exit " + code, "on_error", "defer").reason()).endsWith(end);
        assertThat(answer("exit " + code, "on_error", "defer").text())
                .isEqualTo("Unable to scan for viruses");
    }

    @Test
    void takesASignalForNoVirus() throws IOException {
        assertThat(answer("kill -9 $$").reason()).contains("ended by a signal");
    }

    @Test
    void leavesOutWhatItIsTold() throws IOException {
        assertThat(answer("exit 13", "scan_all", "false")).isEqualTo(HookResult.skip("no parts"));
        transaction.withMessage("A: b\n\n" + "x".repeat(250_000));
        assertThat(answer("exit 13").reason()).contains("where the limit is 250000");
    }

    @Test
    void hasTheDocumentedDefaults() {
        UvscanConfig defaults = Configs.config(UvscanConfig.class);

        assertThat(defaults.uvscan__location()).isEqualTo("/usr/local/bin/uvscan");
        assertThat(defaults.deny__viruses()).isEqualTo("yes");
        assertThat(defaults.max__size()).isEqualTo(250_000);
        assertThat(defaults.scan__all()).isTrue();
        assertThat(defaults.on__error()).isEqualTo("skip");
        assertThat(defaults.timeout()).isEqualTo(60);
    }
}
