package org.qpsmtpd.plugin.dmarc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeConsole;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeStores;
import org.qpsmtpd.testkit.FakeTransaction;

final class DmarcPluginTest {
    private static final String POLICY = "_dmarc.example.org";
    private static final String BODY = "To: sue@example.net\nSubject: dinner\n\nHi.\n";

    private final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    private final FakeConnection client = FakeConnection.from("66.128.51.165");
    private final FakeTransaction transaction = FakeTransaction.on(client);
    private final FakeStores stores = new FakeStores();
    private final Map<String, Object> settings = new HashMap<>();

    private DmarcPlugin plugin() {
        return Plugins.plugin(settings, resolver, stores);
    }

    private static HookResult answer(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    /** Neither SPF nor DKIM pass. */
    private void nothingPasses() {
        spf("mfrom fail example.org");
        dkim("none");
    }

    private void spf(String note) {
        transaction.notes().put(Evidence.SPF, note);
    }

    private void dkim(String word) {
        transaction.notes().put(Evidence.DKIM, word);
    }

    private void policy(String tags) {
        resolver.withTexts(POLICY, "v=DMARC1; " + tags);
    }

    private void message(String from) {
        transaction.withMessage(from + (from.isEmpty() ? "" : "\n") + BODY);
    }

    private String note() {
        return transaction.notes().get(Finding.NOTE).orElse("none");
    }

    @Test
    void refusesWhatTheDomainWantsRejected() {
        nothingPasses();
        policy("p=reject");
        message("From: Joe <joe@example.org>");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));
        HookResult refused = plugin.onDataPost(transaction);

        assertThat(found.action()).isEqualTo(Action.DECLINED);
        assertThat(found.reason()).isEqualTo("fail: example.org asks for reject");
        assertThat(found.karma()).isEqualTo(-3);
        assertThat(refused.action()).isEqualTo(Action.DENY);
        assertThat(refused.code()).isEqualTo(550);
        assertThat(refused.text()).isEqualTo("failed DMARC policy for example.org");
        assertThat(note()).isEqualTo("fail reject not_aligned example.org");
        assertThat(client.authenticationResults())
                .containsExactly(
                        "dmarc=fail (p=reject dis=reject) header.from=example.org"
                                + " policy.dmarc=reject");
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.AUTHENTICATION);
    }

    @Test
    void goesByTheWordOfATrustedForwarder() {
        nothingPasses();
        policy("p=reject");
        message("From: Joe <joe@example.org>");
        transaction.notes().put(NoteKey.ARC_DMARC_PASS, "lists.example");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));

        assertThat(found)
                .isEqualTo(
                        HookResult.DECLINED.because(
                                "fail, tolerated: example.org asks for reject, passed when it came"
                                        + " to lists.example"));
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(client.authenticationResults())
                .containsExactly(
                        "dmarc=fail (p=reject dis=none) header.from=example.org"
                                + " policy.dmarc=reject");
    }

    @Test
    void refusesAMessageWithoutAnAuthor() {
        nothingPasses();
        message("");
        DmarcPlugin plugin = plugin();

        assertThat(plugin.onDataPostHeaders(transaction).reason())
                .isEqualTo("fail: empty from address, null sender?");
        assertThat(plugin.onDataPost(transaction).text())
                .isEqualTo("empty from address, null sender?");
        assertThat(note()).isEqualTo("permerror none no_author -");
        assertThat(client.authenticationResults()).containsExactly("dmarc=permerror");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "From: Joe",
                "From: <>",
                "From:",
                "From: joe@example.org\nFrom: Joe",
                "From: a@a.example, b@b.example, c@c.example, d@d.example, e@e.example, f@f.example"
            })
    void refusesAMessageWhoseAuthorCannotBeRead(String from) {
        nothingPasses();
        message(from);
        DmarcPlugin plugin = plugin();

        assertThat(answer(plugin.onDataPostHeaders(transaction)).reason())
                .isEqualTo("fail: unparseable from header");
        assertThat(plugin.onDataPost(transaction).text()).isEqualTo("unparseable from header");
        assertThat(client.authenticationResults()).containsExactly("dmarc=permerror");
        assertThat(resolver.questions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "mfrom pass mail.example.org, none, '', spf",
        "helo pass mail.example.org, none, '', spf",
        "mfrom fail example.org, pass, example.net example.org, dkim",
        "mfrom pass example.org, pass, example.org, spf+dkim"
    })
    void takesWhatSpfAndDkimFound(String spf, String dkim, String domains, String reason) {
        spf(spf);
        dkim(dkim);
        if (!domains.isEmpty()) {
            transaction.notes().put(NoteKey.DKIM_PASS_DOMAINS, domains);
        }
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        assertThat(answer(plugin.onDataPostHeaders(transaction)))
                .isEqualTo(HookResult.pass("example.org by " + reason));
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(note()).isEqualTo("pass none " + reason + " example.org");
        assertThat(client.authenticationResults())
                .containsExactly(
                        "dmarc=pass (p=reject dis=none) header.from=example.org"
                                + " policy.dmarc=reject");
    }

    @ParameterizedTest
    @CsvSource({
        "mfrom none example.org",
        "mfrom softfail example.org",
        "helo none",
        "mfrom pass example.net",
        "nonsense"
    })
    void nothingElseOfSpfCounts(String spf) {
        spf(spf);
        dkim("none");
        policy("p=reject");
        message("From: joe@example.org");

        assertThat(answer(plugin().onDataPostHeaders(transaction)).reason()).startsWith("fail: ");
    }

    @Test
    void putsIntoQuarantineWhatTheDomainWantsThere() {
        nothingPasses();
        policy("p=quarantine");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));

        assertThat(found.karma()).isEqualTo(-3);
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(transaction.quarantineReasons())
                .containsExactly("DMARC: example.org asks for quarantine");
        assertThat(note()).isEqualTo("fail quarantine not_aligned example.org");
    }

    @Test
    void mayTellItInTheHeaderOnly() {
        settings.put("quarantine", "header");
        nothingPasses();
        policy("p=quarantine");
        message("From: joe@example.org");

        HookResult found = answer(plugin().onDataPostHeaders(transaction));

        assertThat(found.karma()).isEqualTo(-3);
        assertThat(transaction.quarantineReasons()).isEmpty();
        assertThat(client.authenticationResults())
                .containsExactly(
                        "dmarc=fail (p=quarantine dis=none) header.from=example.org"
                                + " policy.dmarc=quarantine");
    }

    @ParameterizedTest
    @CsvSource({"p=none, 0", "p=quarantine; t=y, 0"})
    void leavesAMessageAloneWhenTheDomainWantsNothing(String tags, int karma) {
        nothingPasses();
        policy(tags);
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));

        assertThat(found.reason()).isEqualTo("fail, tolerated: example.org asks for none");
        assertThat(found.karma()).isEqualTo(karma);
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(note()).isEqualTo("fail none not_aligned example.org");
    }

    @Test
    void saysWhereThePolicyIs() {
        nothingPasses();
        policy("p=none; sp=reject");
        message("From: joe@mail.example.org");

        assertThat(answer(plugin().onDataPostHeaders(transaction)).reason())
                .isEqualTo("fail: mail.example.org asks for reject by example.org");
        assertThat(client.authenticationResults())
                .containsExactly(
                        "dmarc=fail (p=none dis=reject) header.from=mail.example.org"
                                + " policy.dmarc=reject");
    }

    @Test
    void skipsDomainsWithoutAPolicy() {
        nothingPasses();
        message("From: joe@example.org");

        assertThat(answer(plugin().onDataPostHeaders(transaction)))
                .isEqualTo(HookResult.skip("no policy"));
        assertThat(note()).isEqualTo("none none no_policy example.org");
        assertThat(client.authenticationResults())
                .containsExactly("dmarc=none header.from=example.org");
    }

    @Test
    void skipsAuthorsWithoutADomain() {
        nothingPasses();
        message("From: Nobody:;");
        DmarcPlugin plugin = plugin();

        assertThat(answer(plugin.onDataPostHeaders(transaction)))
                .isEqualTo(HookResult.skip("no domain"));
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(client.authenticationResults()).containsExactly("dmarc=none");
    }

    @Test
    void ofSeveralAuthorsTheStrictestPolicyCounts() {
        nothingPasses();
        policy("p=reject");
        message("From: a@own.example\nFrom: joe@example.org");
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));

        assertThat(plugin.onDataPost(transaction).text())
                .isEqualTo("failed DMARC policy for example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "0, DECLINED, 'fail, tolerated: example.org asks for reject', none",
        "naughty, DECLINED, 'fail: example.org asks for reject', reject",
    })
    void doesWithItWhatTheSettingSays(
            String setting, Action action, String reason, String disposition) {
        settings.put("reject", setting);
        nothingPasses();
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));
        HookResult last = plugin.onDataPost(transaction);

        assertThat(found.reason()).isEqualTo(reason);
        assertThat(found.karma()).isEqualTo(-3);
        assertThat(last.action()).isEqualTo(action);
        assertThat(last.naughtyType().isPresent()).isEqualTo(setting.equals("naughty"));
        assertThat(note()).isEqualTo("fail " + disposition + " not_aligned example.org");
    }

    @Test
    void mayRefuseForNow() {
        settings.put("reject_type", "temp");
        nothingPasses();
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));

        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(Action.DENYSOFT);
    }

    @Test
    void leavesClientsThatMayRelayAlone() {
        client.relaying();
        nothingPasses();
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        assertThat(plugin.onDataPostHeaders(transaction)).isEqualTo(HookResult.IMMUNE);
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void tellsWhatIsImmuneAndDoesNotRefuseIt() {
        nothingPasses();
        transaction.withNote(NoteKey.WHITELIST_SENDER, "listed");
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));

        assertThat(found.reason()).isEqualTo("fail, tolerated: example.org asks for reject");
        assertThat(found.karma()).isZero();
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        assertThat(note()).isEqualTo("fail none not_aligned example.org");
    }

    @Test
    void aPassOfSpfThatNobodyAskedForDoesNotCount() {
        spf("mfrom pass example.org");
        transaction.withNote(NoteKey.WHITELIST_SENDER, "listed");
        policy("p=reject");
        message("From: joe@example.org");

        assertThat(plugin().onDataPostHeaders(transaction)).isEqualTo(HookResult.IMMUNE);

        dkim("none");
        answer(plugin().onDataPostHeaders(transaction));
        assertThat(note()).startsWith("fail ");

        transaction.notes().put(NoteKey.SPF_PASS_HOST, "example.org");
        answer(plugin().onDataPostHeaders(transaction));
        assertThat(note()).startsWith("pass ");
    }

    @Test
    void saysOnceThatNothingIsKnown() {
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        for (int i = 0; i < 2; i++) {
            assertThat(plugin.onDataPostHeaders(transaction))
                    .isEqualTo(HookResult.skip("no results of SPF and DKIM"));
            assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        }
        assertThat(client.logged()).hasSize(1);
        assertThat(client.logged().get(0)).contains("sender_permitted_from and dkim before dmarc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spf", "dkim"})
    void whatIsNotKnownMayStillPass(String known) {
        if (known.equals("spf")) {
            spf("mfrom fail example.org");
        } else {
            dkim("none");
        }
        policy("p=reject");
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        assertThat(answer(plugin.onDataPostHeaders(transaction)).reason())
                .startsWith("fail, tolerated: temperror: ");
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "mfrom temperror example.org, '', temperror",
        "mfrom temperror example.net, '', fail",
        "mfrom fail example.org, fail a.example b|temperror mail.example.org s, temperror",
        "mfrom fail example.org, temperror example.net s, fail",
        "mfrom fail example.org, temperror, fail"
    })
    void whatTheDnsDidNotAnswerMayStillPass(String spf, String signatures, String word) {
        spf(spf);
        dkim("temperror");
        transaction.notes().put(Evidence.SIGNATURES, signatures.replace('|', '\n'));
        policy("p=reject");
        message("From: joe@example.org");

        answer(plugin().onDataPostHeaders(transaction));

        assertThat(note()).startsWith(word + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "false, '', DECLINED",
        "true, '', DENYSOFT",
        "true, p=none, DECLINED",
        "true, p=reject; t=y, DECLINED",
        "true, p=none; np=reject, DENYSOFT"
    })
    void mayDeferWhenTheDnsDoesNotAnswer(boolean defers, String tags, Action action) {
        settings.put("defer_temperror", defers);
        spf("mfrom temperror example.org");
        dkim("none");
        if (tags.isEmpty()) {
            resolver.withTexts(POLICY, Status.FAILED);
        } else {
            policy(tags);
        }
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult found = answer(plugin.onDataPostHeaders(transaction));

        assertThat(found.reason()).startsWith("fail, tolerated: temperror: no answer of the DNS");
        assertThat(found.karma()).isZero();
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(action);
        assertThat(note()).isEqualTo("temperror none no_answer example.org");
    }

    @ParameterizedTest
    @CsvSource({"false, DECLINED", "true, DENYSOFT"})
    void mayDeferWhenTheDnsTakesTooLong(boolean defers, Action action) {
        settings.put("defer_temperror", defers);
        nothingPasses();
        resolver.holding();
        message("From: joe@example.org");
        DmarcPlugin plugin = plugin();

        HookResult waiting = plugin.onDataPostHeaders(transaction);

        assertThat(waiting.pending().orElseThrow().otherwise().reason())
                .isEqualTo("error: no answer of the DNS in time");
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({"reject, maybe", "reject_type, never", "quarantine, away"})
    void refusesAWrongSetting(String option, String value) {
        settings.put(option, value);

        assertThatThrownBy(this::plugin)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option)
                .hasMessageContaining(value);
    }

    @Test
    void countsWhatPassesAndFailsForTheReports() throws Exception {
        policy("p=quarantine; rua=mailto:d@example.org");
        message("From: joe@example.org");
        transaction.withSender("joe@example.org").withRecipient("sue@example.net");
        transaction.notes().put(Evidence.SIGNATURES, "fail example.org may2026\npermerror - -");
        nothingPasses();
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));
        spf("mfrom pass example.org");
        answer(plugin.onDataPostHeaders(transaction));

        String report = FakeConsole.run(plugin, "report", "example.org", today()).text();
        assertThat(report)
                .contains("<source_ip>66.128.51.165</source_ip>")
                .contains("<disposition>quarantine</disposition>", "<spf>fail</spf>")
                .contains("<disposition>pass</disposition>", "<spf>pass</spf>")
                .contains("<envelope_to>example.net</envelope_to>")
                .contains("<selector>may2026</selector>")
                .contains("<scope>mfrom</scope>");
        assertThat(plugin.figures()).anyMatch(each -> each.name().equals("counted"));
    }

    @Test
    void tellsTheReportsWhyAPolicyIsNotApplied() throws Exception {
        settings.put("reject", "0");
        policy("p=reject; rua=mailto:d@example.org");
        message("From: joe@example.org");
        nothingPasses();
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));

        assertThat(FakeConsole.run(plugin, "report", "example.org", today()).text())
                .contains("<disposition>none</disposition>", "<type>local_policy</type>");
    }

    @Test
    void tellsTheReportsThatAPolicyIsTriedOut() throws Exception {
        policy("p=quarantine; t=y; rua=mailto:d@example.org");
        message("From: joe@example.org");
        nothingPasses();
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));

        assertThat(FakeConsole.run(plugin, "report", "example.org", today()).text())
                .contains("<disposition>none</disposition>", "<type>policy_test_mode</type>");
    }

    @Test
    void countsNothingWithoutAPolicy() throws Exception {
        message("From: joe@example.org");
        nothingPasses();
        DmarcPlugin plugin = plugin();

        answer(plugin.onDataPostHeaders(transaction));

        assertThat(FakeConsole.run(plugin, "domains", today()).done()).isFalse();
    }

    private String today() {
        return LocalDate.ofInstant(client.clock().now(), ZoneOffset.UTC).toString();
    }
}
