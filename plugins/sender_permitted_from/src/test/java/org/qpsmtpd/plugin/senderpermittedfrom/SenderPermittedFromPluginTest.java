package org.qpsmtpd.plugin.senderpermittedfrom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class SenderPermittedFromPluginTest {
    private static final NoteKey<String> RESULT = new NoteKey<>("dmarc_spf", String.class);

    private static final NoteKey<String> DMARC = new NoteKey<>("dmarc_result", String.class);

    private final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    private final FakeConnection connection =
            FakeConnection.from("192.0.2.1").withEhlo("mail.example.net");
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withMessage("Subject: a test\n\nHello\n");

    @ParameterizedTest
    @CsvSource({
        "+all, 0, DECLINED, 1",
        "+all, 6, DECLINED, 1",
        "-all, 0, DECLINED, 0",
        "-all, 1, DECLINED, -1",
        "-all, 2, DENYSOFT, -1",
        "-all, 3, DENY, -1",
        "-all, 6, DENY, -1",
        "~all, 0, DECLINED, 0",
        "~all, 2, DECLINED, -1",
        "~all, 3, DENYSOFT, -1",
        "~all, 4, DENY, -1",
        "?all, 4, DECLINED, 0",
        "?all, 5, DENY, 0",
        "none, 5, DECLINED, 0",
        "none, 6, DENY, 0",
        "error, 3, DECLINED, 0",
        "error, 4, DENYSOFT, 0",
        "error, 5, DENYSOFT, 0",
        "error, 6, DENY, 0",
        "silent, 1, DECLINED, 0",
        "silent, 2, DENYSOFT, 0",
        "silent, 6, DENYSOFT, 0"
    })
    void answersAsTheLevelSays(String terms, int level, Action action, int karma) {
        switch (terms) {
            case "none" -> {}
            case "silent" -> resolver.withTexts("example.org", Status.FAILED);
            default -> record(terms);
        }

        HookResult result = mail(Map.of("reject", level));

        assertThat(result.action()).isEqualTo(action);
        assertThat(result.karma()).isEqualTo(karma);
    }

    @ParameterizedTest
    @CsvSource({
        "-all, 2, SPF - fail: example.org does not let 192.0.2.1 send (#4.7.23)",
        "-all, 3, SPF - forgery: example.org does not let 192.0.2.1 send (#5.7.23)",
        "~all, 3, SPF - fail: example.org does not let 192.0.2.1 send (#4.7.23)",
        "?all, 5, SPF - neutral: example.org does not say that 192.0.2.1 may send (#5.7.23)",
        "error, 4, SPF - permerror: the record of example.org cannot be used (#4.7.24)",
        "error, 6, SPF - permerror: the record of example.org cannot be used (#5.7.24)"
    })
    void tellsTheClientWhy(String terms, int level, String text) {
        record(terms);

        assertThat(mail(Map.of("reject", level)).text()).isEqualTo(text);
    }

    @Test
    void tellsWhatTheDomainExplains() {
        record("-all exp=why.example.org");
        resolver.withTexts("why.example.org", "Not %{i}." + "x".repeat(300));

        assertThat(mail(Map.of("reject", 3)).text())
                .startsWith(
                        "SPF - forgery: example.org does not let 192.0.2.1 send; example.org"
                                + " explains: Not 192.0.2.1.xxx")
                .hasSizeLessThan(400);
    }

    @Test
    void refusesNothingWithoutOptions() {
        record("-all");

        HookResult result = mail(Map.of());

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).isEqualTo("fail, tolerated: fail: -all");
    }

    @Test
    void tellsOtherPluginsWhatItFound() {
        record("ip4:192.0.2.1 -all");
        resolver.withTexts("mail.example.net", "v=spf1 a -all")
                .withAddresses("mail.example.net", "192.0.2.1");

        assertThat(mail(Map.of()).reason()).isEqualTo("pass: pass: ip4:192.0.2.1");

        assertThat(connection.authenticationResults())
                .containsExactly(
                        "spf=pass smtp.helo=mail.example.net",
                        "spf=pass smtp.mailfrom=example.org");
        assertThat(note()).isEqualTo("mfrom pass example.org");
        assertThat(transaction.notes().get(NoteKey.SPF_PASS_HOST)).contains("example.org");
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.AUTHENTICATION);
    }

    @ParameterizedTest
    @CsvSource({"2, DENYSOFT, helo fail mail.example.net", "1, DECLINED, mfrom pass example.org"})
    void refusesByTheNameInHelo(int level, Action action, String note) {
        record("+all");
        resolver.withTexts("mail.example.net", "v=spf1 -all");

        assertThat(mail(Map.of("reject", level)).action()).isEqualTo(action);
        assertThat(note()).isEqualTo(note);
    }

    @Test
    void asksForTheSenderAloneWhenTold() {
        record("+all");

        mail(Map.of("check_helo", false));

        assertThat(resolver.questions()).hasSize(1);
        assertThat(connection.authenticationResults())
                .containsExactly("spf=pass smtp.mailfrom=example.org");
    }

    @Test
    void asksForTheNameInHeloWhenThereIsNoSender() {
        resolver.withTexts("mail.example.net", "v=spf1 -all");

        HookResult result = mail(plugin(Map.of("reject", 3)), "");

        assertThat(result.text())
                .isEqualTo("SPF - forgery: mail.example.net does not let 192.0.2.1 send (#5.7.23)");
        assertThat(note()).isEqualTo("helo fail mail.example.net");
        assertThat(connection.authenticationResults())
                .containsExactly("spf=fail smtp.helo=mail.example.net");
    }

    @Test
    void saysNothingOfANameThatIsNone() {
        connection.withEhlo("; spf=pass smtp.mailfrom=bank.example");

        mail(plugin(Map.of()), "");

        assertThat(connection.authenticationResults()).containsExactly("spf=none");
    }

    @Test
    void asksForTheNameThatTheDnsHas() {
        resolver.withTexts("xn--mller-kva.example", "v=spf1 +all");

        mail(plugin(Map.of()), "matt@M\u00DCller.Example");

        assertThat(note()).isEqualTo("mfrom pass xn--mller-kva.example");
    }

    @Test
    void leavesImmuneClientsAlone() {
        connection.relaying();

        assertThat(mail(Map.of("reject", 6))).isEqualTo(HookResult.IMMUNE);
        assertThat(note()).isEqualTo("mfrom pass example.org");
        assertThat(resolver.questions()).isEmpty();

        plugin(Map.of()).onDataPostHeaders(transaction);
        assertThat(transaction.headers().count("Received-SPF")).isZero();
    }

    @Test
    void leavesWhitelistedSendersAlone() {
        transaction.withNote(NoteKey.WHITELIST_SENDER, "listed");

        assertThat(mail(Map.of("reject", 6))).isEqualTo(HookResult.IMMUNE);
    }

    @Test
    void addsTheField() {
        record("-all");
        SenderPermittedFromPlugin plugin = plugin(Map.of());
        mail(plugin, "matt@Example.ORG");

        assertThat(plugin.onDataPostHeaders(transaction)).isEqualTo(HookResult.DECLINED);

        assertThat(transaction.headers().first("Received-SPF").orElseThrow().unfolded())
                .contains("fail (")
                .contains("client-ip=192.0.2.1;")
                .contains("envelope-from=\"matt@example.org\";")
                .contains("identity=mailfrom;");
    }

    @Test
    void leavesOutTheFieldWhenTold() {
        record("-all");
        SenderPermittedFromPlugin plugin = plugin(Map.of("received_spf", false));
        mail(plugin, "matt@example.org");

        plugin.onDataPostHeaders(transaction);

        assertThat(transaction.headers().count("Received-SPF")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, DENY", "2, DENY"})
    void readsTheOlderOption(int denies, Action action) {
        record("-all");

        assertThat(mail(Map.of("spf_deny", denies)).action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({"1, DENYSOFT", "2, DENY"})
    void tellsTheOlderLevelsApart(int denies, Action action) {
        record("~all");

        assertThat(mail(Map.of("spf_deny", denies)).action()).isEqualTo(action);
    }

    @ParameterizedTest
    @CsvSource({"3, 0, DENY", "3, 2, DENYSOFT", "nonsense, 0, DECLINED"})
    void readsTheFile(String line, int level, Action action) {
        record("-all");
        connection.config().set("spfbehavior", line);

        assertThat(mail(Map.of("reject", level)).action()).isEqualTo(action);
    }

    @Test
    void tellsWrongLinesOfTheFile() {
        SenderPermittedFromPlugin plugin = plugin(Map.of());
        plugin.checkLine("spfbehavior", "6");

        assertThatThrownBy(() -> plugin.checkLine("spfbehavior", "7"))
                .hasMessage("'7' is no number from 0 to 6");
    }

    @Test
    void repliesToAClientOfARealServer() throws Exception {
        resolver.withTexts("forged.test", "v=spf1 -all")
                .withTexts("away.test", Status.FAILED)
                .withTexts("good.test", "v=spf1 ip4:127.0.0.0/8 ip6:::1 -all");
        try (TestServer server =
                        TestServer.builder()
                                .plugin("sender_permitted_from", plugin(Map.of("reject", 3)))
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("EHLO client.test");
            assertThat(client.send("MAIL FROM:<a@forged.test>").toString())
                    .contains("550", "5.7.23", "SPF - forgery: forged.test does not let");
            assertThat(client.send("MAIL FROM:<a@away.test>").toString())
                    .contains("450", "4.7.24", "SPF - temperror: no answer of the DNS");
            assertThat(client.send("MAIL FROM:<a@good.test>").code()).isEqualTo(250);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-all, pass none dkim example.org, DECLINED",
        "-all, fail none not_aligned example.org, DENY",
        "-all, none none no_policy example.net, DENY",
        "-all, '', DENY",
        "~all, pass none dkim example.org, DECLINED",
        "~all, temperror none no_answer example.org, DENYSOFT"
    })
    void leavesAFailureUntilDmarcIsKnown(String terms, String found, Action action) {
        record(terms);
        resolver.withTexts("_dmarc.example.org", "v=DMARC1; p=none");
        SenderPermittedFromPlugin plugin = plugin(Map.of("reject", 3));

        HookResult result = mail(plugin, "matt@example.org");
        transaction.notes().put(DMARC, found);
        HookResult last = plugin.onDataPost(transaction);

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.reason()).startsWith("fail, tolerated until DMARC is known: ");
        assertThat(result.karma()).isEqualTo(-1);
        assertThat(last.action()).isEqualTo(action);
        assertThat(last.karma()).isZero();
        boolean isRefused = action != Action.DECLINED;
        assertThat(last.code()).isEqualTo(isRefused ? (action == Action.DENY ? 550 : 450) : 0);
    }

    @Test
    void refusesAFailureAtOnceWithoutAPolicyOfDmarc() {
        record("-all");
        assertThat(mail(Map.of("reject", 3)).action()).isEqualTo(Action.DENY);

        resolver.withTexts("_dmarc.example.org", Status.FAILED);
        assertThat(mail(Map.of("reject", 3)).action()).isEqualTo(Action.DENY);
    }

    @Test
    void refusesAFailureAtOnceWhenTold() {
        record("-all");
        resolver.withTexts("_dmarc.example.org", "v=DMARC1; p=reject");

        assertThat(mail(Map.of("reject", 3, "leave_to_dmarc", false)).action())
                .isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "-all, 0, DECLINED",
        "-all, 1, DENY",
        "~all, 1, DECLINED",
        "~all, 2, DENY",
        "?all, 2, DECLINED",
        "?all, 3, DENY",
        "none, 3, DECLINED",
        "none, 4, DENY",
        "error, 4, DENY",
        "silent, 3, DECLINED",
        "silent, 4, DENYSOFT",
        "+all, 4, DECLINED"
    })
    void refusesMoreWhereThereIsNoPolicyOfDmarc(String terms, int level, Action action) {
        switch (terms) {
            case "none" -> {}
            case "silent" -> resolver.withTexts("example.org", Status.FAILED);
            default -> record(terms);
        }
        SenderPermittedFromPlugin plugin = plugin(Map.of("no_dmarc_policy", level));

        assertThat(mail(plugin, "matt@example.org").action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        transaction.notes().put(DMARC, "fail none not_aligned example.org");
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
        transaction.notes().put(DMARC, "none none no_policy example.org");
        assertThat(plugin.onDataPost(transaction).action()).isEqualTo(action);
        transaction.withNote(NoteKey.WHITELIST_SENDER, "listed");
        assertThat(plugin.onDataPost(transaction)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void saysWhyWhereThereIsNoPolicyOfDmarc() {
        record("-all");
        SenderPermittedFromPlugin plugin = plugin(Map.of("no_dmarc_policy", 1));
        mail(plugin, "matt@example.org");
        transaction.notes().put(DMARC, "none none no_policy example.org");

        assertThat(plugin.onDataPost(transaction).text())
                .isEqualTo("SPF - fail: example.org does not let 192.0.2.1 send (#5.7.23)");
    }

    private void record(String terms) {
        resolver.withTexts("example.org", "v=spf1 " + terms);
    }

    private String note() {
        return transaction.notes().get(RESULT).orElse("none");
    }

    private HookResult mail(Map<String, ?> options) {
        return mail(plugin(options), "matt@Example.ORG");
    }

    private HookResult mail(SenderPermittedFromPlugin plugin, String sender) {
        HookResult result = plugin.onMail(transaction, Address.of(sender), Parameters.NONE);
        while (result.pending().isPresent()) {
            result = result.pending().get().answer().toCompletableFuture().join();
        }
        return result;
    }

    private SenderPermittedFromPlugin plugin(Map<String, ?> options) {
        return new SenderPermittedFromPlugin(
                Configs.config(SenderPermittedFromConfig.class, options), resolver);
    }
}
