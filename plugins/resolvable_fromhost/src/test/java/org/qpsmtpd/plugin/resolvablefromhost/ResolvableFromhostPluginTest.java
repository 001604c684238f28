package org.qpsmtpd.plugin.resolvablefromhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class ResolvableFromhostPluginTest {
    private static final NoteKey<String> RESULT =
            new NoteKey<>("resolvable_fromhost", String.class);
    private static final NoteKey<String> HOST =
            new NoteKey<>("resolvable_fromhost_host", String.class);
    private static final String FQDN = "FQDN required in the envelope sender";
    private static final String TEMPORARY = "Temporary address resolution failure (#4.4.3)";

    private final FakeResolver resolver = new FakeResolver();
    private final FakeTransaction transaction = FakeTransaction.create();

    @Test
    void passesADomainWithAnExchanger() {
        exchangers("mx.example.net").withAddresses("mx.example.net", "198.51.100.1");

        assertThat(mail()).isEqualTo(HookResult.pass("example.org has MX"));
        assertThat(note()).isEqualTo("mx");
        assertThat(transaction.notes().get(HOST)).contains("example.org");
    }

    @Test
    void asksForTheNameAsTheDnsHasIt() {
        resolver.withMailExchangers("xn--mller-kva.example", new MailExchanger(5, "mx.example.net"))
                .withAddresses("mx.example.net", "2001:db8::25");

        assertThat(mail(plugin(Map.of()), "matt@M\u00dcller.Example").reason())
                .isEqualTo("pass: xn--mller-kva.example has MX");
    }

    @Test
    void takesOneGoodExchangerOfSeveral() {
        invalid("127.0.0.0/8", "2001:db8:bad::/48");
        exchangers("a.example.net", "b.example.net", "c.example.net", "d.example.net")
                .withAddresses("a.example.net", "127.0.0.1")
                .withAddresses("b.example.net", "2001:db8:bad::1")
                .withAddresses("c.example.net", Status.FAILED)
                .withAddresses("d.example.net", "2001:db8::1");

        assertThat(mail().reason()).isEqualTo("pass: example.org has MX");
    }

    @ParameterizedTest
    @CsvSource({"198.51.100.25, true", "10.9.8.7, false"})
    void takesAnAddressForAnExchanger(String exchanger, boolean isGood) {
        invalid("10.0.0.0/8");
        exchangers(exchanger).withAddresses(exchanger, Status.NO_NAME);

        assertThat(mail().action()).isEqualTo(isGood ? Action.DECLINED : Action.DENYSOFT);
    }

    @ParameterizedTest
    @CsvSource({"10.9.8.7, 10.0.0.0/8", "fe80::1, fe80::/10"})
    void refusesExchangersInListedNetworks(String ip, String network) {
        exchangers("mx.example.net").withAddresses("mx.example.net", ip);
        assertThat(mail().action()).isEqualTo(Action.DECLINED);

        invalid(network);
        assertThat(mail())
                .isEqualTo(
                        HookResult.denySoft(FQDN + " (#4.1.8)", "invalid MX for example.org")
                                .withKarma(-2));
        assertThat(note()).isEqualTo("invalid MX for example.org");
    }

    @Test
    void refusesExchangersWithoutAddress() {
        exchangers("mx.example.net").withAddresses("mx.example.net", Status.NO_NAME);

        assertThat(mail().text()).isEqualTo(FQDN + " (#4.1.8)");
    }

    @Test
    void looksAtTenExchangersAtMost() {
        String[] hosts =
                IntStream.range(0, 60).mapToObj(i -> "mx" + i + ".test").toArray(String[]::new);
        exchangers(hosts).withOthers(Status.NO_NAME);

        mail();

        assertThat(resolver.questions()).hasSize(1 + 10 * 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.80", "2001:db8::80"})
    void passesADomainThatIsAHost(String ip) {
        resolver.withMailExchangers("example.org").withAddresses("example.org", ip);

        assertThat(mail())
                .isEqualTo(HookResult.pass("example.org has no MX, but an address").withKarma(-1));
        assertThat(note()).isEqualTo("a");
    }

    @Test
    void refusesAHostInAListedNetwork() {
        invalid("10.0.0.0/8");
        resolver.withMailExchangers("example.org").withAddresses("example.org", "10.9.8.7");

        assertThat(mail())
                .isEqualTo(
                        HookResult.denySoft(FQDN + " (#4.1.8)", "invalid address for example.org")
                                .withKarma(-2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NO_NAME", "NO_DATA"})
    void refusesADomainWithNothing(Status status) {
        resolver.withMailExchangers("example.org", status)
                .withAddresses("example.org", Status.NO_DATA);

        assertThat(mail())
                .isEqualTo(
                        HookResult.denySoft(TEMPORARY, "example.org has neither MX nor address")
                                .withKarma(-1));
        assertThat(transaction.notes().has(RESULT)).isFalse();
        assertThat(mail(plugin(Map.of("reject_type", "perm")), "matt@example.org"))
                .isEqualTo(
                        HookResult.deny(
                                        FQDN + " (#5.1.8)",
                                        "example.org has neither MX nor address")
                                .withKarma(-1));
    }

    @Test
    void asksNothingMoreOfAnUnknownDomain() {
        resolver.withMailExchangers("example.org", Status.NO_NAME);

        mail();

        assertThat(resolver.questions()).containsExactly("MX example.org");
    }

    @ParameterizedTest
    @CsvSource({
        "'', DENY, 5.7.27",
        "soft, DENYSOFT, 4.7.27",
        "hard, DENY, 5.7.27",
        "temp_disconnect, DENYSOFT_DISCONNECT, 4.7.27"
    })
    void refusesADomainThatTakesNoMail(String type, Action action, String code) {
        exchangers("");

        assertThat(mail(plugin(Map.of("reject_type", type)), "matt@example.org"))
                .isEqualTo(
                        HookResult.of(action, "Sender address has null MX (#" + code + ")")
                                .because("fail: example.org has a null MX")
                                .withKarma(-2));
        assertThat(note()).isEqualTo("null MX for example.org");
        assertThat(resolver.questions()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'', DENYSOFT",
        "soft, DENYSOFT",
        "hard, DENYSOFT",
        "disconnect, DENYSOFT_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void defersWhileTheDnsDoesNotAnswer(String type, Action action) {
        HookResult deferred =
                HookResult.of(action, TEMPORARY).because("fail: no answer for example.org");
        ResolvableFromhostPlugin plugin = plugin(Map.of("reject_type", type));

        resolver.withMailExchangers("example.org", Status.FAILED);
        assertThat(mail(plugin, "matt@example.org")).isEqualTo(deferred);
        resolver.withMailExchangers("example.org").withAddresses("example.org", Status.FAILED);
        assertThat(mail(plugin, "matt@example.org")).isEqualTo(deferred);
        exchangers("a.example.net", "b.example.net")
                .withAddresses("a.example.net", Status.NO_NAME)
                .withAddresses("b.example.net", Status.FAILED);
        assertThat(mail(plugin, "matt@example.org")).isEqualTo(deferred);
    }

    @Test
    void answersWhenTheDnsDoes() {
        resolver.holding();
        exchangers("mx.example.net").withAddresses("mx.example.net", "198.51.100.1");
        var answer =
                plugin(Map.of())
                        .onMail(transaction, Address.of("matt@example.org"), Parameters.NONE)
                        .pending()
                        .orElseThrow()
                        .answer()
                        .toCompletableFuture();

        assertThat(answer).isNotDone();
        resolver.release();
        assertThat(answer).isNotDone();
        resolver.release();
        assertThat(answer).isCompletedWithValue(HookResult.pass("example.org has MX"));
    }

    @Test
    void passesTheNullSender() {
        assertThat(plugin(Map.of()).onMail(transaction, Address.NULL, Parameters.NONE))
                .isEqualTo(HookResult.pass("null sender"));
        assertThat(note()).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"matt@[192.0.2.1]", "matt@[IPv6:2001:db8::1]"})
    void passesAnAddressInBrackets(String sender) {
        HookResult result = mail(plugin(Map.of()), sender);

        assertThat(result.action()).isEqualTo(Action.DECLINED);
        assertThat(result.karma()).isEqualTo(-1);
        assertThat(note()).isEqualTo("ip");
    }

    @ParameterizedTest
    @CsvSource({"soft, DENYSOFT, 4.1.8", "hard, DENY, 5.1.8"})
    void refusesASenderWithoutHost(String type, Action action, String code) {
        HookResult result =
                plugin(Map.of("reject_type", type))
                        .onMail(transaction, new Address("matt", ""), Parameters.NONE);

        assertThat(result)
                .isEqualTo(
                        HookResult.of(action, FQDN + " (#" + code + ")")
                                .because("fail: unparsable host")
                                .withKarma(-2));
        assertThat(note()).isEqualTo("unparsable host");
    }

    @Test
    void onlyLogsWhenRejectIsOff() {
        resolver.withMailExchangers("example.org", Status.NO_NAME);
        HookResult tolerated =
                HookResult.DECLINED
                        .because("fail, tolerated: example.org has neither MX nor address")
                        .withKarma(-1);

        assertThat(mail(plugin(Map.of("reject", "0")), "matt@example.org")).isEqualTo(tolerated);
        transaction.connection().config().set("require_resolvable_fromhost", "0");
        assertThat(mail()).isEqualTo(tolerated);
        transaction.connection().config().set("require_resolvable_fromhost", "1");
        assertThat(mail().action()).isEqualTo(Action.DENYSOFT);
        assertThat(mail(plugin(Map.of("reject", "0")), "matt@example.org")).isEqualTo(tolerated);
    }

    @Test
    void takesNaughtyForOne() {
        resolver.withMailExchangers("example.org", Status.NO_NAME);

        assertThat(mail(plugin(Map.of("reject", "naughty")), "matt@example.org").action())
                .isEqualTo(Action.DENYSOFT);
    }

    @Test
    void asksNobodyAboutImmuneClients() {
        FakeTransaction relayed = FakeTransaction.on(FakeConnection.create().relaying());

        assertThat(plugin(Map.of()).onMail(relayed, Address.of("a@example.org"), Parameters.NONE))
                .isEqualTo(HookResult.skip("immune"));
        transaction.withNote(NoteKey.WHITELIST_SENDER, "friend");
        assertThat(mail()).isEqualTo(HookResult.skip("immune"));
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void checksItsFiles() {
        ResolvableFromhostPlugin plugin = plugin(Map.of());
        plugin.checkLine("invalid_resolvable_fromhost", "10.0.0.0/8");
        plugin.checkLine("invalid_resolvable_fromhost", "fe80::/10");
        plugin.checkLine("require_resolvable_fromhost", "1");

        assertThatThrownBy(() -> plugin.checkLine("invalid_resolvable_fromhost", "10.0.0.0/99"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plugin.checkLine("require_resolvable_fromhost", "maybe"))
                .hasMessage("'maybe' is neither 0 nor 1");
    }

    @Test
    void repliesToAClientOfARealServer() throws Exception {
        resolver.withMailExchangers("null.test", new MailExchanger(0, ""))
                .withMailExchangers("away.test", Status.FAILED)
                .withMailExchangers("good.test", new MailExchanger(0, "mx.test"))
                .withAddresses("mx.test", "198.51.100.1");
        try (TestServer server =
                        TestServer.builder()
                                .plugin("resolvable_fromhost", plugin(Map.of()))
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("EHLO client.test");
            assertThat(client.send("MAIL FROM:<a@null.test>").toString())
                    .contains("550", "5.7.27", "Sender address has null MX");
            assertThat(client.send("MAIL FROM:<a@away.test>").toString())
                    .contains("450", "4.4.3", "Temporary address resolution failure");
            assertThat(client.send("MAIL FROM:<a@good.test>").code()).isEqualTo(250);
        }
    }

    private FakeResolver exchangers(String... hosts) {
        return resolver.withMailExchangers(
                "example.org",
                IntStream.range(0, hosts.length)
                        .mapToObj(i -> new MailExchanger(i, hosts[i]))
                        .toArray(MailExchanger[]::new));
    }

    private void invalid(String... networks) {
        transaction.connection().config().set("invalid_resolvable_fromhost", networks);
    }

    private String note() {
        return transaction.notes().get(RESULT).orElse("none");
    }

    private HookResult mail() {
        return mail(plugin(Map.of()), "matt@Example.ORG");
    }

    private HookResult mail(ResolvableFromhostPlugin plugin, String sender) {
        HookResult result = plugin.onMail(transaction, Address.of(sender), Parameters.NONE);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private ResolvableFromhostPlugin plugin(Map<String, ?> reject) {
        return new ResolvableFromhostPlugin(Configs.config(RejectSettings.class, reject), resolver);
    }
}
