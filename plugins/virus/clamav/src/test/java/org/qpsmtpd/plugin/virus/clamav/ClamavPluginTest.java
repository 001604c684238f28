package org.qpsmtpd.plugin.virus.clamav;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.StandInProgram;

/** What clamscan is given, the answers, and what all plugins share that run a scanner. */
@Timeout(60)
final class ClamavPluginTest {
    private static final String VIRUS = "echo \"$3: Worm.A FOUND\"; exit 1";

    private final Path folder;
    private final FakeConnection connection =
            FakeConnection.create().withConfig(new FakeConfig().set("me", "mx.example.org"));
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withMessage("From: a@example.org\n\nhello\n");

    ClamavPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static ClamavPlugin plugin(String program, String... options) {
        Map<String, String> values = new HashMap<>(Map.of("clamscan_path", program));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new ClamavPlugin(Configs.config(ClamavConfig.class, values));
    }

    private StandInProgram program(String script) throws IOException {
        return StandInProgram.at(folder.resolve("clamscan"), script);
    }

    private HookResult answer(String script, String... options) throws IOException {
        return plugin(program(script).path(), options).onDataPost(transaction);
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void hasTheMessageLookedAtAsItCame() throws IOException {
        transaction.headers().prepend("Received", "from here");
        StandInProgram program = program("cat \"$3\" >\"$0.message\"");
        HookResult answer = plugin(program.path()).onDataPost(transaction);

        assertThat(answer).isEqualTo(HookResult.pass("clean"));
        assertThat(program.words().subList(0, 2)).containsExactly("--stdout", "--no-summary");
        assertThat(program.words().get(2)).startsWith("/");
        assertThat(program.kept("message")).isEqualTo("From: a@example.org\r\n\r\nhello\r\n");
        assertThat(values("X-Virus-Checked"))
                .containsExactly("Checked by ClamAV on mx.example.org");
    }

    @Test
    void marksAVirus() throws IOException {
        HookResult answer = answer(VIRUS);

        assertThat(answer)
                .isEqualTo(
                        HookResult.DECLINED
                                .because("fail, tolerated: found virus Worm.A")
                                .withKarma(-1));
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("Worm.A");
    }

    @Test
    void refusesAVirus() throws IOException {
        HookResult answer =
                answer(
                        "echo 'm: A b FOUND'; echo 'm: C\tFOUND'; echo 'm: b FOUND'; exit 1",
                        "action",
                        "reject");

        assertThat(answer)
                .isEqualTo(HookResult.deny("Virus Found: b", "found virus b").withKarma(-1));
        assertThat(values("X-Virus-Found")).isEmpty();
    }

    @Test
    void putsAVirusIntoQuarantine() throws IOException {
        HookResult answer = answer(VIRUS, "action", "quarantine");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(transaction.quarantineReasons()).containsExactly("virus Worm.A");
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
    }

    @Test
    void leavesAVirusToThePluginNaughty() throws IOException {
        HookResult answer = answer(VIRUS, "action", "naughty");

        assertThat(answer.naughtyType()).contains(Action.DECLINED);
        assertThat(answer.text()).isEqualTo("Virus Found: Worm.A");
    }

    @Test
    void namesWhatHasNoName() throws IOException {
        assertThat(answer("exit 1", "action", "reject").text()).isEqualTo("Virus Found: unnamed");
    }

    @Test
    void cleansWhatClamscanSays() throws IOException {
        String names = "printf 'm: A\\033\\301B FOUND\\nm: %0400d FOUND\\n' 1; exit 1";

        assertThat(answer(names, "action", "reject").text())
                .startsWith("Virus Found: A??B, 000")
                .hasSize("Virus Found: ".length() + 200);
    }

    @Test
    void dropsFieldsThatCameWithTheMessageAndKeepsThoseOfOtherScanners() throws IOException {
        transaction.withMessage(
                "X-Virus-Found: No\nX-Virus-Checked: by me\nX-Virus-Details: none\n\nhello\n");

        assertThat(answer(VIRUS).reason()).contains("found virus");
        assertThat(answer("exit 0").reason()).contains("clean");
        assertThat(values("X-Virus-Found")).containsExactly("Yes");
        assertThat(values("X-Virus-Details")).containsExactly("Worm.A");
        assertThat(values("X-Virus-Checked")).hasSize(1).doesNotContain("by me");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 2", "echo no database >&2; exit 40", "kill -9 $$"})
    void defersWhatCannotBeScanned(String script) throws IOException {
        HookResult answer = answer(script);

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.text()).isEqualTo("Unable to scan for viruses");
        assertThat(answer.reason()).startsWith("error: not scanned: " + folder + "/clamscan: exit");
        assertThat(values("X-Virus-Checked")).isEmpty();
    }

    @Test
    void saysWhatClamscanSaysOfAnError() throws IOException {
        assertThat(answer("echo no database >&2; exit 40").reason())
                .endsWith("clamscan: exit code 40: no database");
        assertThat(answer("kill -9 $$").reason()).contains("ended by a signal");
    }

    @ParameterizedTest
    @CsvSource({
        "declined_on_fail, true, ''     , '', DECLINED",
        "on_error,         skip, ''     , '', DECLINED",
        "declined_on_fail, true, on_error, defer, DENYSOFT"
    })
    void passesWhatCannotBeScannedWhereItIsTold(
            String option, String value, String more, String moreValue, Action action)
            throws IOException {
        String[] options =
                more.isEmpty()
                        ? new String[] {option, value}
                        : new String[] {option, value, more, moreValue};

        assertThat(answer("exit 2", options).action()).isEqualTo(action);
    }

    @Test
    void killsClamscanAtTheLimit() throws IOException {
        HookResult answer = answer("exec tail -f /dev/null", "timeout", "1");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).endsWith("did not end within PT1S and was killed");
    }

    @Test
    void killsClamscanWhenTheCallIsGivenUp() throws IOException {
        StandInProgram program = program("exec tail -f /dev/null");
        Thread.currentThread().interrupt();
        HookResult answer = plugin(program.path()).onDataPost(transaction);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(answer.reason()).endsWith("was killed, since the server gave up");
    }

    @Test
    void defersWithoutClamscan() {
        ClamavPlugin plugin = plugin(folder + "/none");

        assertThat(plugin.onDataPost(transaction).reason())
                .isEqualTo("error: not scanned: " + folder + "/none: there is no such file");
        assertThat(plugin.figures())
                .contains(Figure.counter("not_scanned_away", 1), Figure.counter("scanned", 0));
    }

    @Test
    void countsWhatWasScanned() throws IOException {
        ClamavPlugin plugin = plugin(program("exit 0").path());
        var unused = plugin.onDataPost(transaction);

        assertThat(plugin.figures()).contains(Figure.counter("scanned", 1));
    }

    @Test
    void leavesOutWhatIsTooLarge() throws IOException {
        assertThat(answer(VIRUS, "max_size", "20").reason())
                .isEqualTo("skip: not scanned: too large, 30 octets where the limit is 20");
        assertThat(folder.resolve("clamscan.words")).doesNotExist();
    }

    @Test
    void leavesOutWhatThePluginNaughtyWillRefuse() throws IOException {
        connection.withNaughty(Action.DENY, "bad");

        assertThat(answer(VIRUS)).isEqualTo(HookResult.skip("naughty"));
    }

    @Test
    void givesClamdscanTheOpenFileAndTheOptionsThatAreSet() throws IOException {
        StandInProgram program = StandInProgram.at(folder.resolve("clamdscan"), "exit 0");
        String[] options = {
            "clamd_conf", "/etc/my conf", "database", "/var/db", "back_compat", "true"
        };
        var unused = plugin(program.path(), options).onDataPost(transaction);

        assertThat(program.words().subList(0, program.words().size() - 1))
                .containsExactly(
                        "--stdout",
                        "-i",
                        "--max-recursion=50",
                        "--fdpass",
                        "--config-file=/etc/my conf",
                        "--database=/var/db",
                        "--no-summary");
    }

    @ParameterizedTest
    @CsvSource({"rwxr-x---, -rw-r-----", "rwx------, -rw-------"})
    void makesCopiesThatTheGroupOfTheDirectoryMayRead(String directory, String file)
            throws IOException {
        Path shared =
                Files.createDirectory(
                        folder.resolve("shared"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString(directory)));
        StandInProgram program = program("ls -l \"$3\" >\"$0.ls\"; cat \"$3\" >\"$0.message\"");
        var unused = plugin(program.path(), "tmp_dir", shared.toString()).onDataPost(transaction);

        assertThat(program.words().get(2)).startsWith(shared + "/");
        assertThat(program.kept("ls")).startsWith(file + " ");
        assertThat(program.kept("message")).isEqualTo("From: a@example.org\r\n\r\nhello\r\n");
        try (Stream<Path> left = Files.list(shared)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void defersWhenNoCopyCanBeMade() throws IOException {
        HookResult answer = answer("exit 0", "tmp_dir", folder + "/none");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("the message is in no file: ");
    }

    @ParameterizedTest
    @CsvSource({
        "clamscan_path, clamscan, clamscan_path 'clamscan' is not an absolute path",
        "action, drop, 'action ''drop'' is not one of add-header, reject, naughty, quarantine'",
        "on_error, no, 'on_error ''no'' is not one of defer, skip'"
    })
    void refusesWrongSettings(String option, String value, String message) {
        assertThatThrownBy(() -> plugin("/bin/true", option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void hasTheDocumentedDefaults() {
        ClamavConfig config = Configs.config(ClamavConfig.class);

        assertThat(config.clamscan__path()).isEqualTo("/usr/bin/clamscan");
        assertThat(config.action()).isEqualTo("add-header");
        assertThat(config.max__size()).isEqualTo(524_288);
        assertThat(config.timeout()).isEqualTo(60);
        assertThat(config.clamd__conf() + config.database() + config.tmp__dir()).isEmpty();
    }
}
