package org.qpsmtpd.plugin.dspam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.api.session.SpamStatus;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeTransaction;

/** With a program of the test's own, which writes down how it was called. */
@Timeout(60)
final class DspamPluginTest {
    private static final String OWN = System.getProperty("user.name", "nobody");

    private final Path folder;

    private final FakeConnection connection = FakeConnection.create();
    private final FakeTransaction transaction =
            FakeTransaction.on(connection)
                    .withSender("joe@example.net")
                    .withRecipient("Ann@Example.org")
                    .withMessage("X-DSPAM-Result: forged\nX-DSPAM-Signature: forged\nA: b\n\nhi\n");

    DspamPluginTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Has the program write that. */
    private void says(String summary) throws IOException {
        program("cat >>" + folder + "/in; printf '%s' '" + summary + "'");
    }

    private void program(String script) throws IOException {
        Path file = folder.resolve("dspam");
        String words = "#!/bin/sh\nPATH=/bin:/usr/bin\necho \"$*\" >>" + folder + "/calls\n";
        Files.writeString(file, words + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String summary(String result, String probability, String confidence) {
        String isClass = result.equals("Whitelisted") ? "Other" : result;
        return "user; result=\"%s\"; class=\"%s\"; probability=%s; confidence=%s; signature=4f8dae6\n"
                .formatted(result, isClass, probability, confidence);
    }

    private DspamPlugin plugin(String... options) {
        Map<String, String> values =
                new HashMap<>(Map.of("dspam_bin", folder.resolve("dspam").toString()));
        for (int i = 0; i < options.length; i += 2) {
            values.put(options[i], options[i + 1]);
        }
        return new DspamPlugin(Configs.config(DspamConfig.class, values));
    }

    private HookResult answer(String... options) {
        HookResult result = plugin(options).onDataPost(transaction);
        return connection.answered(
                result.pending()
                        .map(later -> later.answer().toCompletableFuture().join())
                        .orElse(result));
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    private List<String> values(String name) {
        return transaction.headers().all(name).stream().map(HeaderField::value).toList();
    }

    @Test
    void asksWithTheMessageAndPutsItsAnswerIntoTheHeader() throws IOException {
        says(summary("Innocent", "0.0023", "1.00"));
        String message = transaction.message();
        HookResult answer = answer();

        assertThat(answer).isEqualTo(HookResult.pass("Innocent, 1.00 c"));
        assertThat(calls())
                .containsExactly(
                        "--user ann@example.org --mode=tum --process --deliver=summary --stdout");
        assertThat(Files.readString(folder.resolve("in")))
                .isEqualTo("X-Envelope-From: <joe@example.net>\n" + message);
        assertThat(values("X-DSPAM-Result"))
                .containsExactly("Innocent, probability=0.0023, confidence=1.00");
        assertThat(values("X-DSPAM-Signature")).containsExactly("4f8dae6");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--debug@example.org",
                "-x@example.org",
                "../../etc/passwd@example.org",
                "\"a b\"@example.org",
                "\"a;reboot\"@example.org",
                "a/b@example.org",
                "nohost"
            })
    void takesNoAddressForAUserThatTheProgramCouldMistake(String address) throws IOException {
        says(summary("Innocent", "0.0023", "1.00"));
        FakeTransaction odd =
                FakeTransaction.on(connection).withRecipient(address).withMessage("A: b\n\nhi\n");
        var unused = plugin().onDataPost(odd);

        assertThat(calls()).singleElement().asString().startsWith("--user " + OWN + " --mode");
    }

    @Test
    void asksForItsOwnUserWhereThereAreSeveralRecipients() throws IOException {
        says(summary("Innocent", "0.0023", "1.00"));
        transaction.withRecipient("bob@example.org");
        var unused = answer();

        assertThat(calls()).singleElement().asString().startsWith("--user " + OWN + " --mode");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1     | Spam        | 1.0000 | 1.00 | DENY     | fail: Spam, 1.00 c
                    1     | Spam        | 0.9999 | 1.00 | DECLINED | pass: Spam probability is too low (0.9999 < 1.0)
                    .95   | Spam        | 0.9600 | 1.00 | DENY     | fail: Spam, 1.00 c
                    .95   | Spam        | 0.9500 | 1.00 | DENY     | fail: Spam, 1.00 c
                    .95   | Spam        | 1.0000 | 0.99 | DECLINED | pass: Spam confidence is too low (Spam, 0.99 c)
                    1     | Innocent    | 0.0023 | 0.97 | DECLINED | pass: Innocent, 0.97 c
                    1     | Whitelisted | 0.0000 | 0.99 | DECLINED | pass: Other, 0.99 c
                    0     | Spam        | 1.0000 | 1.00 | DECLINED | skip: reject disabled (Spam, 1.00 c)
                    agree | Spam        | 1.0000 | 1.00 | DECLINED | pass: cannot agree, SA results missing (Spam, 1.00 c)
                    """)
    void refusesFromAProbabilityOn(
            String reject,
            String result,
            String probability,
            String confidence,
            Action action,
            String reason)
            throws IOException {
        says(summary(result, probability, confidence));
        HookResult answer = answer("reject", reject);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.reason()).isEqualTo(reason);
        assertThat(answer.text())
                .isEqualTo(action == Action.DENY ? "dspam says, no spam please (#5.6.1)" : "");
        assertThat(connection.karma()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "Spam, true, DENY, 'fail: agree, Spam, 0.95 c', -2",
        "Spam, false, DECLINED, 'fail, tolerated: disagree, Spam, 0.95 c', 0",
        "Innocent, false, DECLINED, 'pass: agree, Innocent, 0.95 c', 1",
        "Innocent, true, DECLINED, 'pass: disagree, Innocent, 0.95 c', 0",
        "Whitelisted, true, DECLINED, 'pass: other Other, 0.95 c', 0"
    })
    void agreesWithSpamAssassin(
            String result, boolean isSpam, Action action, String reason, int karma)
            throws IOException {
        says(summary(result, "0.5000", "0.95"));
        transaction.withNote(NoteKey.SPAMASSASSIN, new SpamStatus(isSpam, 5, 5, "no"));
        HookResult answer = answer("reject", "agree");

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.text())
                .isEqualTo(action == Action.DENY ? "we agree, no spam please" : "");
        assertThat(answer.reason()).isEqualTo(reason);
        assertThat(connection.karma()).isEqualTo(karma);
    }

    @Test
    void givesNoKarmaForAgreementThatIsNotSure() throws IOException {
        says(summary("Innocent", "0.5000", "0.90"));
        transaction.withNote(NoteKey.SPAMASSASSIN, new SpamStatus(false, 5, 5, "no"));
        var unused = answer("reject", "agree");

        assertThat(connection.karma()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY, #5.6.1",
        "temp, DENYSOFT, #4.6.1",
        "disconnect, DENY_DISCONNECT, #5.6.1",
        "temp_disconnect, DENYSOFT_DISCONNECT, #4.6.1"
    })
    void refusesAsItIsTold(String type, Action action, String code) throws IOException {
        says(summary("Spam", "1.0000", "1.00"));
        HookResult answer = answer("reject_type", type);

        assertThat(answer.action()).isEqualTo(action);
        assertThat(answer.text()).isEqualTo("dspam says, no spam please (" + code + ")");
    }

    @ParameterizedTest
    @CsvSource({
        "naughty, Innocent, true, 0, no, spam",
        "any, Innocent, true, 3, no, spam",
        "naughty, Spam, true, 0, no, ''",
        "naughty, Innocent, false, -3, spam, ''",
        "karma, Innocent, false, -3, no, spam",
        "karma, Innocent, false, -2, no, ''",
        "karma, Spam, false, 3, no, innocent",
        "karma, Spam, false, 2, no, ''",
        "karma, Spam, false, -3, no, ''",
        "spamassassin, Innocent, false, 0, spam, spam",
        "spamassassin, Spam, false, 0, ham, innocent",
        "spamassassin, Spam, false, 0, spam, ''",
        "spamassassin, Innocent, false, 0, no, ''",
        "any, Spam, false, 0, ham, innocent",
        "'', Innocent, true, -3, spam, ''"
    })
    void teachesWhereItWasWrong(
            String teacher,
            String result,
            boolean isNaughty,
            int karma,
            String autolearn,
            String lesson)
            throws IOException {
        says(summary(result, "0.5000", "0.50"));
        connection.adjustKarma(karma);
        if (isNaughty) {
            connection.withNaughty(Action.DENY, "bad");
        }
        transaction.withNote(
                NoteKey.SPAMASSASSIN, new SpamStatus(autolearn.equals("spam"), 5, 5, autolearn));
        HookResult answer = answer("autolearn", teacher);

        assertThat(calls()).hasSize(lesson.isEmpty() ? 1 : 2);
        if (!lesson.isEmpty()) {
            assertThat(calls().get(1))
                    .isEqualTo(
                            "--user ann@example.org --mode=toe --source=error --class="
                                    + lesson
                                    + " --deliver=summary --stdout");
            assertThat(Files.readString(folder.resolve("in")))
                    .contains("\nX-DSPAM-Signature: 4f8dae6\n");
            assertThat(answer.reason()).contains(", taught that it is " + lesson + " by ");
        }
    }

    @Test
    void goesOnWhenItDoesNotLearn() throws IOException {
        program(
                "cat >/dev/null; case \"$*\" in *toe*) exit 1;; esac; printf '%s' '"
                        + summary("Innocent", "0.5000", "0.50")
                        + "'");
        connection.withNaughty(Action.DENY, "bad");
        DspamPlugin plugin = plugin("autolearn", "any");
        HookResult result = plugin.onDataPost(transaction);
        HookResult answer = result.pending().orElseThrow().answer().toCompletableFuture().join();

        assertThat(answer).isEqualTo(HookResult.pass("Innocent, 0.50 c"));
        assertThat(plugin.figures())
                .contains(Figure.counter("taught", 0), Figure.counter("scanned", 1));
    }

    @Test
    void leavesImmuneMessagesAlone() {
        connection.relaying();

        assertThat(answer()).isEqualTo(HookResult.IMMUNE);
    }

    @Test
    void leavesLargeMessagesOut() {
        HookResult answer = answer("size_limit", "10", "on_error", "defer");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("skip: not scanned: too large, ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cat >/dev/null                            | dspam gives no summary but ''
                    cat >/dev/null; echo hello                | dspam gives no summary but 'hello'
                    cat >/dev/null; echo oops >&2; exit 3     | ended with 3: oops
                    cat >/dev/null; head -c 9000000 /dev/zero | dspam gives no summary but
                    exec sleep 100                            | no end within 1 s
                    exit 0                                    | dspam gives no summary but
                    """)
    void saysWhenItCannotTell(String script, String reason) throws IOException {
        program(script);
        HookResult answer = answer("on_error", "defer", "timeoutSeconds", "1");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.text()).isEqualTo("Unable to scan for spam, try again later (#4.3.0)");
        assertThat(answer.reason()).startsWith("error: not scanned: ").contains(reason);
        assertThat(values("X-DSPAM-Result")).containsExactly("forged");
    }

    @Test
    void goesOnWithoutTheProgram() {
        HookResult answer = answer();

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("error: not scanned: dspam cannot be started: ");
    }

    @ParameterizedTest
    @CsvSource({
        "reject, 1.5, reject '1.5' is neither a number from 0 to 1 nor agree",
        "reject, x, reject 'x' is neither",
        "reject, '', reject '' is neither",
        "reject_type, x, reject_type 'x' is not one of perm",
        "autolearn, x, autolearn 'x' is not one of naughty",
        "on_error, x, on_error 'x' is not one of defer",
        "dspam_bin, dspam, dspam_bin 'dspam' is not an absolute path"
    })
    void refusesWrongSettings(String option, String value, String message) {
        assertThatThrownBy(() -> plugin(option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
