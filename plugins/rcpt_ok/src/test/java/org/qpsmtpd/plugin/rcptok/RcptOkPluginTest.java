package org.qpsmtpd.plugin.rcptok;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.AddressSyntax;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.FakeConfig;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class RcptOkPluginTest {
    private final RcptOkPlugin plugin = new RcptOkPlugin();
    private final FakeConnection connection = FakeConnection.from("192.0.2.1");
    private final FakeTransaction transaction =
            FakeTransaction.on(connection).withSender("matt@example.org");

    @BeforeEach
    void listDomains() {
        connection
                .config()
                .set("me", "mx.example.org")
                .set("rcpthosts", "localhost", "Ours.example", ".sub.Example");
    }

    @Test
    void acceptsOurHost() {
        assertThat(rcpt("user@localhost"))
                .isEqualTo(HookResult.OK.because("pass: domain in rcpthosts"));
    }

    @Test
    void refusesOtherHosts() {
        HookResult result = rcpt("user@example.com");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text()).isEqualTo("Relaying denied (#5.7.1)");
        assertThat(result.reason()).startsWith("fail: example.com ");
    }

    @Test
    void acceptsAnyHostFromRelayClients() {
        connection.setRelayClient(true);

        assertThat(rcpt("user@example.com")).isEqualTo(HookResult.OK.because("pass: relay client"));
    }

    @Test
    void whitelistsOpenNoRelay() {
        connection.notes().put(NoteKey.WHITELIST_HOST, "listed");
        transaction.notes().put(NoteKey.WHITELIST_SENDER, "listed");
        assertThat(transaction.isImmune()).isTrue();

        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DENY);
        assertThat(rcpt("user@localhost").action()).isEqualTo(Action.OK);
    }

    @Test
    void acceptsOurOwnName() {
        assertThat(rcpt("user@MX.example.org"))
                .isEqualTo(HookResult.OK.because("pass: domain is me"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"user@OURS.example", "user@a.SUB.example", "user@a.b.sub.example"})
    void comparesWithoutRegardToCase(String recipient) {
        assertThat(rcpt(recipient).action()).isEqualTo(Action.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"user@sub.example", "user@notsub.example", "user@a.ours.example"})
    void aDotMeansDomainsBelowOnly(String recipient) {
        assertThat(rcpt(recipient).action()).isEqualTo(Action.DENY);
    }

    @Test
    void acceptsKeysOfMoreRcptHosts() {
        connection.config().delete("rcpthosts").setMap("morercpthosts", "more.example", "");

        assertThat(rcpt("user@More.example"))
                .isEqualTo(HookResult.OK.because("pass: domain in morercpthosts"));
        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user@fa\u00df.example",
                "user@XN--FA-HIA.example",
                "user@fa\u00df\u3002example",
                "user@a.xn--mnchen-3ya.example",
                "user@a.M\u00dcNCHEN.example"
            })
    void eachSpellingOfADomainIsTheSame(String recipient) {
        connection.config().set("rcpthosts", "fa\u00df.example", ".xn--mnchen-3ya.example");
        assertThat(rcpt(recipient).action()).isEqualTo(Action.OK);
        connection.config().set("rcpthosts", "xn--fa-hia.example", ".m\u00fcnchen.example");
        assertThat(rcpt(recipient).action()).isEqualTo(Action.OK);
        connection.config().set("rcpthosts", "fass.example", ".munchen.example");
        assertThat(rcpt(recipient).action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa\u00df.example", "xn--fa-hia.example"})
    void aKeyOfMoreRcptHostsMayBeInEitherLetters(String key) {
        connection.config().setMap("morercpthosts", key, "");

        assertThat(rcpt("user@FA\u00df.example").action()).isEqualTo(Action.OK);
        assertThat(rcpt("user@xn--fa-hia.example").action()).isEqualTo(Action.OK);
        assertThat(rcpt("user@fass.example").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", "Postmaster", "abuse"})
    void acceptsRolesWithoutHost(String user) {
        connection.config().delete("me").delete("rcpthosts");

        assertThat(rcpt(user).action()).isEqualTo(Action.OK);
    }

    @Test
    void refusesOtherUsersWithoutHost() {
        HookResult result = rcpt("root");

        assertThat(result.action()).isEqualTo(Action.DENY);
        assertThat(result.text()).isEqualTo("Relaying denied (#5.7.1)");
    }

    @Test
    void refusesTheNullAddress() {
        assertThat(rcpt("").action()).isEqualTo(Action.DENY);
    }

    @Test
    void refusesRolesOfOtherHosts() {
        assertThat(rcpt("postmaster@example.com").action()).isEqualTo(Action.DENY);
    }

    @Test
    void refusesAllWithoutFiles() {
        connection.config().delete("me").delete("rcpthosts");

        assertThat(rcpt("user@localhost").action()).isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", ".", "@example.com", "example.com # ours", "user@example.com"})
    void linesThatAreNoDomainListNothing(String line) {
        connection.config().set("rcpthosts", line, "example.org");

        assertThat(rcpt("user@example.com").action()).isEqualTo(Action.DENY);
        assertThat(rcpt("user@example.org").action()).isEqualTo(Action.OK);
    }

    @Test
    void seesAChangedFile() {
        assertThat(rcpt("user@new.example").action()).isEqualTo(Action.DENY);

        connection.config().set("rcpthosts", "new.example");

        assertThat(rcpt("user@new.example").action()).isEqualTo(Action.OK);
        assertThat(rcpt("user@localhost").action()).isEqualTo(Action.DENY);
    }

    @Test
    void recipientsCannotListDomains() {
        FakeConfig own = new FakeConfig().set("rcpthosts", "example.com").set("me", "example.com");

        assertThat(plugin.onRcpt(transaction, FakeRecipient.of("u@example.com").withConfig(own)))
                .extracting(HookResult::action)
                .isEqualTo(Action.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<@localhost:user@example.com>",
                "<@localhost,@ours.example:user@example.com>",
                "<user%localhost@example.com>",
                "<localhost!user@example.com>",
                "<example.com!user@[192.0.2.9]>",
                "<user@[192.0.2.9]>",
                "<user@[IPv6:2001:db8::9]>",
                "<postmaster@[192.0.2.25]>",
                "<\"user@localhost\"@example.com>",
                "<\"user@example.com>\\ <x@localhost\"@example.com>",
                "<user@localhost.example.com>",
                "<user@example.localhost>",
                "<user@xn--localhost>",
                "<user@localhos>",
                "<user@127.0.0.1>",
                "<user@l\u043ecalhost>"
            })
    void refusesToRelayHoweverItIsWritten(String path) {
        Optional<Address> address = Address.parse(path, AddressSyntax.STRICT_UTF8);

        assertThat(address)
                .hasValueSatisfying(
                        a -> {
                            HookResult result = plugin.onRcpt(transaction, FakeRecipient.of(a));
                            assertThat(result.action()).isEqualTo(Action.DENY);
                        });
    }

    private HookResult rcpt(String address) {
        return plugin.onRcpt(transaction, FakeRecipient.of(address));
    }
}
