package org.qpsmtpd.plugin.virus.bitdefender;

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
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

@Timeout(60)
final class BitdefenderPluginTest {
    private final Path folder;
    private final FakeConfig config = new FakeConfig().set("me", "mx.example.org");
    private final FakeTransaction transaction =
            FakeTransaction.on(FakeConnection.create().withConfig(config))
                    .withMessage("From: a@example.org\n\nhello\n");

    BitdefenderPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("scanner"), script);
    }

    private HookResult answer(StandInProgram program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("bitdefender_location", program.path()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new BitdefenderPlugin(Configs.config(BitdefenderConfig.class, values))
                .onDataPost(transaction);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return answer(program(script), options);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksBdc() throws IOException {
        StandInProgram program = program("exit 0");

        assertThat(answer(program)).isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 3)).containsExactly("--mail", "--all", "--arc");
        assertThat(program.words().get(3)).startsWith("/");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by BitDefender on mx.example.org");
    }

    @ParameterizedTest
    @CsvSource({"yes, DENY, ''", "no, DECLINED, EICAR-Test"})
    void findsAVirus(String deny, Action action, String details) throws IOException {
        HookResult answer =
                answer("echo 'a ok'; echo 'b  infected: EICAR-Test'; exit 1", "deny_viruses", deny);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.karma()).isEqualTo(-1);
        assertThat(answer.reason()).endsWith("found virus EICAR-Test");
        assertThat(answer.text()).isEqualTo(action == Action.DENY ? "Virus Found: EICAR-Test" : "");
        assertThat(String.join("", values("X-Virus-Details"))).isEqualTo(details);
    }

    @ParameterizedTest
    @CsvSource({"skip, DECLINED", "defer, DENYSOFT"})
    void cannotTell(String onError, Action action) throws IOException {
        HookResult answer = answer("echo 'no key'; exit 255", "on_error", onError);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).endsWith(": exit code 255, it names no virus: no key");
    }

    @Test
    void cannotTellFromHalfOfTheOutput() throws IOException {
        assertThat(answer("head -c 70000 /dev/zero").reason()).contains("it names no virus");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, true, DENY",
        "text/plain, false, DECLINED",
        "'multipart/mixed;\n boundary=x', false, DENY"
    })
    void leavesMessagesWithoutPartsOutWhereItIsTold(String type, String all, Action action)
            throws IOException {
        transaction.withMessage("Content-Type: " + type + "\n\nhello\n");

        assertThat(answer("echo ' infected: A'", "scan_all", all).action()).isEqualTo(action);
    }

    @Test
    void leavesLargeMessagesOut() throws IOException {
        transaction.withMessage("A: b\n\n" + "x".repeat(128 * 1024));

        assertThat(answer("echo ' infected: A'").reason()).contains("where the limit is 131072");
    }

    @Test
    void hasTheDocumentedDefaults() {
        BitdefenderConfig defaults = Configs.config(BitdefenderConfig.class);

        assertThat(defaults.bitdefender__location()).isEqualTo("/opt/bdc/bdc");
        assertThat(defaults.deny__viruses()).isEqualTo("yes");
        assertThat(defaults.max__size()).isEqualTo(128);
        assertThat(defaults.scan__all()).isTrue();
        assertThat(defaults.on__error()).isEqualTo("skip");
        assertThat(defaults.timeout()).isEqualTo(60);
    }
}
