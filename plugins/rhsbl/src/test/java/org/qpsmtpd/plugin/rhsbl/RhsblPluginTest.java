package org.qpsmtpd.plugin.rhsbl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsPurpose;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class RhsblPluginTest {
    private final FakeResolver resolver = new FakeResolver().withOthers(Status.NO_NAME);
    private final FakeTransaction transaction = FakeTransaction.create();

    @BeforeEach
    void aList() {
        zones("rhs.example does not accept bounces, see http://x.example/");
    }

    @Test
    void refusesWithTheTextOfTheLine() {
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2");

        assertThat(mail("a@Spam.TEST"))
                .isEqualTo(
                        HookResult.deny(
                                "Mail from spam.test rejected because it does not accept bounces,"
                                        + " see http://x.example/",
                                "spam.test in rhs.example"));
        assertThat(resolver.purposes()).containsOnly(DnsPurpose.LISTS);
        assertThat(resolver.questions()).noneMatch(question -> question.startsWith("TXT"));
    }

    @Test
    void refusesWithTheTextOfTheList() {
        zones("rhs.example");
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2")
                .withTexts("spam.test.rhs.example", "sends\r\nspam");

        assertThat(mail("a@spam.test").text())
                .isEqualTo("Mail from spam.test rejected because it sends spam");
    }

    @Test
    void refusesWithoutAnyText() {
        zones("rhs.example");
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2");

        assertThat(mail("a@spam.test").text())
                .isEqualTo("Mail from spam.test rejected because it is listed by rhs.example");
    }

    @Test
    void takesTheFirstListOfTheFileThatHasTheDomain() {
        zones("a.example is a", "b.example is b", "c.example is c");
        resolver.withAddresses("spam.test.c.example", "127.0.0.2")
                .withAddresses("spam.test.b.example", "127.0.0.2")
                .holding();
        var answer =
                plugin(Map.of())
                        .onMail(transaction, Address.of("a@spam.test"), Parameters.NONE)
                        .pending()
                        .orElseThrow()
                        .answer()
                        .toCompletableFuture();
        resolver.release();

        assertThat(answer.join().text()).endsWith("because it is b");
    }

    @Test
    void asksAsTheDnsHasTheName() {
        resolver.withAddresses("xn--mller-kva.test.rhs.example", "127.0.0.2");

        assertThat(mail("a@m\u00fcller.test").action()).isEqualTo(Action.DENY);
    }

    @Test
    void passesWhoIsNotListed() {
        assertThat(mail("a@good.test")).isEqualTo(HookResult.pass("not listed"));
    }

    @Test
    void passesWhenAListDoesNotAnswer() {
        resolver.with(DnsType.A, "spam.test.rhs.example", Status.FAILED);

        assertThat(mail("a@spam.test")).isEqualTo(HookResult.pass("not listed, without answer: 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.255.255.254", "127.0.0.1", "203.0.113.1"})
    void passesAnAnswerThatIsNoListing(String answer) {
        resolver.withAddresses("spam.test.rhs.example", answer);

        assertThat(mail("a@spam.test").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void believesNoListThatHasInvalid() {
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2")
                .withAddresses("invalid.rhs.example", "127.0.0.2");

        assertThat(mail("a@spam.test").action()).isEqualTo(Action.DECLINED);
        assertThat(mail(plugin(Map.of(), Map.of("self_test", "0")), "a@spam.test").action())
                .isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "'', DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void refusesByType(String type, Action action) {
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2");

        assertThat(mail(plugin(Map.of("reject_type", type)), "a@spam.test").action())
                .isEqualTo(action);
    }

    @Test
    void toleratesOrLeavesToNaughty() {
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2");

        assertThat(mail(plugin(Map.of("reject", "0")), "a@spam.test"))
                .isEqualTo(
                        HookResult.DECLINED.because("fail, tolerated: spam.test in rhs.example"));
        assertThat(mail(plugin(Map.of("reject", "naughty")), "a@spam.test").naughtyType())
                .contains(Action.DECLINED);
    }

    @Test
    void asksNobodyAboutOthers() {
        assertThat(plugin(Map.of()).onMail(transaction, Address.NULL, Parameters.NONE))
                .isEqualTo(HookResult.skip("null sender"));
        assertThat(mail("a@[192.0.2.1]")).isEqualTo(HookResult.skip("sender without domain"));
        assertThat(plugin(Map.of()).onMail(transaction, new Address("a", ""), Parameters.NONE))
                .isEqualTo(HookResult.skip("sender without domain"));
        zones();
        assertThat(mail("a@spam.test")).isEqualTo(HookResult.skip("no zones"));
        transaction.withNote(NoteKey.WHITELIST_SENDER, "friend");
        assertThat(mail("a@spam.test")).isEqualTo(HookResult.skip("immune"));
        FakeTransaction relayed = FakeTransaction.on(FakeConnection.create().relaying());
        assertThat(plugin(Map.of()).onMail(relayed, Address.of("a@b.test"), Parameters.NONE))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void countsForEachListAndChecksItsFile() {
        RhsblPlugin plugin = plugin(Map.of());
        mail(plugin, "a@spam.test");

        assertThat(plugin.figures()).contains(Figure.counter("rhs_example_asked", 1));
        plugin.checkLine("rhsbl_zones", "rhs.example=127.0.0.2 text");
        assertThatThrownBy(() -> plugin.checkLine("rhsbl_zones", "rhs.example=2 text"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void repliesToAClientOfARealServer() throws Exception {
        resolver.withAddresses("spam.test.rhs.example", "127.0.0.2");
        try (TestServer server =
                        TestServer.builder()
                                .config("rhsbl_zones", "rhs.example is \u00fc bad")
                                .plugin("rhsbl", plugin(Map.of()))
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("EHLO client.test");
            assertThat(client.send("MAIL FROM:<a@spam.test>").toString())
                    .contains("550", "Mail from spam.test rejected because it is bad");
        }
    }

    private void zones(String... lines) {
        transaction.connection().config().set("rhsbl_zones", lines);
    }

    private HookResult mail(String sender) {
        return mail(plugin(Map.of()), sender);
    }

    private HookResult mail(RhsblPlugin plugin, String sender) {
        HookResult result = plugin.onMail(transaction, Address.of(sender), Parameters.NONE);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private RhsblPlugin plugin(Map<String, ?> reject) {
        return plugin(reject, Map.of());
    }

    private RhsblPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new RhsblPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(RhsblConfig.class, settings),
                resolver);
    }
}
