package org.qpsmtpd.plugin.contentrules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.mime.StreamMimeReader;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeTransaction;

class ContentRulesPluginTest {
    private static final Path SUITES = Path.of("../../../shared/suites");
    private static final String REFUSED = "The content of this message is not accepted here";

    private final FakeTransaction transaction = FakeTransaction.create();
    private final Map<String, Object> settings = new HashMap<>();
    private final Map<String, Object> reject = new HashMap<>();

    @BeforeEach
    void aMessage() {
        transaction.withMessage(
                """
                Subject: =?utf-8?q?Caf=C3=A9?= pills
                X-Mailer: Bulk 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                cheap=20pi=
                lls
                --b
                Content-Type: text/html

                <p class="big">fr<b>ee mo</b>ney &#46;</p>
                --b
                Content-Type: application/pdf; name="=?utf-8?q?invoice=2Epdf?="
                Content-Transfer-Encoding: base64

                aGlkZGVu
                --b--
                """);
    }

    private ContentRulesPlugin plugin() {
        return new ContentRulesPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(ContentRulesConfig.class, settings),
                new StreamMimeReader(),
                new FakePatterns());
    }

    private HookResult data(String... lines) {
        transaction.connection().config().set("content_rules", lines);
        return plugin().onDataPost(transaction);
    }

    @ParameterizedTest
    @CsvSource({
        "header Subject /^Café pills$/, true",
        "header subject: /caf=C3=A9/i, true",
        "header Subject /bulk/i, false",
        "header * '/^X-Mailer: Bulk/', true",
        "header X-Mailer bulk*, true",
        "header X-Mailer bulk, false",
        "text /cheap pills/, true",
        "text /free money \\./, true",
        "text /class/, false",
        "html /class=\"big\"/, true",
        "html /cheap/, false",
        "body /cheap=20pi=/, true",
        "body /^Subject/, false",
        "body /aGlkZGVu/, true",
        "text /hidden/, false",
        "name *.pdf, true",
        "NAME /pdf/, true",
        "name *.doc, false"
    })
    void looksWhereARuleSays(String rule, boolean isMet) {
        assertThat(data(rule.replace("'", "") + " deny").action())
                .isEqualTo(isMet ? Action.DENY : Action.DECLINED);
    }

    @Test
    void refusesWithTheTextOfTheRule() {
        assertThat(data("text /pills/ deny We need none"))
                .isEqualTo(HookResult.deny("We need none", "text by text /pills/"));
        assertThat(data("text /pills/ deny"))
                .isEqualTo(HookResult.deny(REFUSED, "text by text /pills/"));
        assertThat(data("text /pills/ defer Later"))
                .isEqualTo(HookResult.denySoft("Later", "text by text /pills/"));
    }

    @Test
    void aRefusalForGoodComesFirst() {
        assertThat(data("text /pills/ defer", "name *.pdf deny no", "name *.pdf deny not this"))
                .extracting(HookResult::action, HookResult::text)
                .containsExactly(Action.DENY, "no");
    }

    @Test
    void marksTheMessage() {
        HookResult result =
                data(
                        "text /pills/ tag:X-Content sells pills",
                        "html /big/ tag:X-Big",
                        "name *.pdf quarantine look at it");

        assertThat(result)
                .isEqualTo(
                        HookResult.pass(
                                "text by text /pills/, HTML by html /big/, invoice.pdf by name"
                                        + " *.pdf"));
        assertThat(transaction.headers().first("X-Content").orElseThrow().value())
                .isEqualTo("sells pills");
        assertThat(transaction.headers().first("X-Big").orElseThrow().value())
                .isEqualTo("html /big/");
        assertThat(transaction.quarantineReasons()).containsExactly("look at it");
    }

    @Test
    void scoresAddUpToTheThreshold() {
        String[] rules = {
            "text /pills/ score:2.5", "header Subject /pills/ score:3", "name *.pdf score:-1"
        };
        settings.put("threshold", 4.5);

        assertThat(data(rules))
                .isEqualTo(
                        HookResult.deny(
                                REFUSED,
                                "score 4.50: Subject by header Subject /pills/, text by text"
                                        + " /pills/, invoice.pdf by name *.pdf"));
        settings.put("threshold", 4.6);
        assertThat(data(rules).action()).isEqualTo(Action.DECLINED);
        settings.put("threshold", 1.0);
        reject.put("reject", "0");
        assertThat(data(rules).reason()).startsWith("fail, tolerated: score 4.50");
        reject.put("reject", "1");
        reject.put("reject_type", "temp");
        assertThat(data(rules).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void aRuleCountsOnceAMessage() {
        settings.put("threshold", 3.0);

        assertThat(data("header * /./ score:2").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void onlySoMuchOfAMessageIsLookedAt() {
        settings.put("max_size", 1);
        transaction.withMessage("Subject: x\n\n" + "filler ".repeat(200) + "pills\n");

        assertThat(data("text /pills/ deny", "body /pills/ deny"))
                .isEqualTo(HookResult.pass("nothing found, only its first 1 KiB looked at"));
        settings.put("max_size", 2);
        assertThat(data("text /pills/ deny").action()).isEqualTo(Action.DENY);
        assertThat(data("body /pills/ deny").action()).isEqualTo(Action.DENY);
    }

    @Test
    void leavesThoseAloneWhomFiltersLeaveAlone() {
        transaction.withNote(NoteKey.WHITELIST_SENDER, "yes");

        assertThat(data("text /pills/ deny")).isEqualTo(HookResult.IMMUNE);
        settings.put("check_immune", true);
        assertThat(data("text /pills/ deny").action()).isEqualTo(Action.DENY);
    }

    @Test
    void withoutRulesThereIsNothingToDo() {
        assertThat(data()).isEqualTo(HookResult.skip("no rules"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "header",
                "header Subject",
                "header Subject /a/",
                "subject /a/ deny",
                "text /a deny",
                "text /a/ accept",
                "text /(/ deny",
                "text /(a)\\1/ deny",
                "text /a/ score:x"
            })
    void refusesLinesThatItCannotRead(String line) {
        assertThatThrownBy(() -> plugin().checkLine("content_rules", line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mime", "spam", "malware"})
    void goesThroughTheSamples(String suite) throws IOException {
        Path folder = SUITES.resolve(suite);
        assumeThat(folder).as("samples, which are not there: skipped").isDirectory();
        int count = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                transaction.withMessage(Files.readAllBytes(file));
                assertThat(
                                data(
                                                "header * /\\bx{5}y/ deny",
                                                "text /x{5}y/ deny",
                                                "html /x{5}y/ deny",
                                                "body /x{5}y/ deny",
                                                "name /x{5}y/ deny")
                                        .action())
                        .as(file.toString())
                        .isEqualTo(Action.DECLINED);
                count++;
            }
        }
        assertThat(count).isPositive();
    }
}
