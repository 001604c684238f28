package org.qpsmtpd.plugin.virus.kavscanner;

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
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

@Timeout(60)
final class KavscannerPluginTest {
    private static final NoteKey<String> VIRUS = new NoteKey<>("virus", String.class);

    private final Path folder;
    private final FakeConfig config = new FakeConfig().set("me", "mx.example.org");
    private final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withConfig(config))
                    .withMessage("From: a@example.org\n\nhello\n");

    KavscannerPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("scanner"), script);
    }

    private HookResult answer(StandInProgram program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("kavscanner_bin", program.path()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new KavscannerPlugin(
                        Configs.config(KavscannerConfig.class, values), new FakePatterns())
                .onDataPost(transaction);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return answer(program(script), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksKavscanner() throws IOException {
        StandInProgram program = program("exit 0");

        assertThat(answer(program)).isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 6))
                .containsExactly("-Y", "-P", "-B", "-MP", "-MD", "-*");
        assertThat(program.words().get(6)).startsWith("/");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by Kaspersky on mx.example.org");
        assertThat(transaction.notes().has(VIRUS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    void marksAVirusAndTellsTheAdministrator(int code) throws IOException {
        transaction.withRecipient("c@example.com");
        HookResult answer =
                answer(
                        "echo '/m infected: Worm.A'; echo ' /m suspicion: B'; exit " + code,
                        "bcc_virusadmin",
                        "viradm@example.com");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.karma()).isEqualTo(-1);
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("infected by: Worm.A; suspicions: B");
        assertThat(transaction.notes().get(VIRUS)).contains("infected by: Worm.A; suspicions: B");
        assertThat(transaction.notes().get(new NoteKey<>("virus_flag", String.class)))
                .contains("Yes");
        assertThat(transaction.recipients().stream().map(to -> to.address().address()))
                .containsExactly("c@example.com", "viradm@example.com");
    }

    @ParameterizedTest
    @CsvSource({"'i-worm\\.sober.*', DENY", "B, DENY", "Sober, DECLINED"})
    void refusesWhatIsListed(String line, Action action) throws IOException {
        config.set("kav_deny", line);
        HookResult answer =
                answer("echo 'm infected: I-Worm.Sober.C'; echo 'm suspicion: B'; exit 4");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.text())
                .isEqualTo(
                        action == Action.DENY
                                ? "Virus found: infected by: I-Worm.Sober.C; suspicions: B"
                                : "");
    }

    @Test
    void cannotTell() throws IOException {
        assertThat(answer("exit 7").action()).isEqualTo(Action.DECLINED);
        assertThat(answer("exit 7").reason()).endsWith(": exit code 7");
        assertThat(answer("exit 7", "on_error", "defer").text())
                .isEqualTo("Unable to scan for viruses");
    }

    @Test
    void tellsWrongSettingsAndLines() {
        KavscannerPlugin plugin =
                new KavscannerPlugin(Configs.config(KavscannerConfig.class), new FakePatterns());

        plugin.checkLine("kav_deny", "Worm.*");
        assertThatThrownBy(() -> plugin.checkLine("kav_deny", "a)(b"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> answer("exit 0", "bcc_virusadmin", "me"))
                .hasMessage("bcc_virusadmin 'me' is no address such as postmaster@example.com");
    }

    @Test
    void hasTheDocumentedDefaults() {
        KavscannerConfig defaults = Configs.config(KavscannerConfig.class);

        assertThat(defaults.kavscanner__bin()).isEqualTo("/opt/AVP/kavscanner");
        assertThat(defaults.bcc__virusadmin()).isEmpty();
        assertThat(defaults.on__error()).isEqualTo("skip");
        assertThat(defaults.timeout()).isEqualTo(60);
    }
}
