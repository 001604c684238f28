package org.qpsmtpd.plugin.helo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeTransaction;

class HeloPluginTest {
    private static final String NOT_BELIEVED = "I do not believe you are %s.";
    private static final String NOT_LOCALHOST = "You are not localhost";
    private static final String FORGED = "Forged IPs not accepted here";
    private static final String PLAIN_IP = "Plain IP is invalid HELO hostname (RFC 2821)";
    private static final String UNQUALIFIED = "HELO name is not fully qualified. Read RFC 2821";
    private static final String CHARACTERS =
            "HELO name contains invalid FQDN characters. Read RFC 1035";
    private static final String LITERAL = "RFC 2821 allows an address literal, but we do not";

    private final FakeConnection connection = FakeConnection.from("192.0.2.1");

    @Test
    void toleratesAMissingName() {
        assertThat(helo("lenient", "").action()).isEqualTo(Action.DECLINED);
        assertThat(connection.karma()).isEqualTo(-2);
    }

    @Test
    void passesAnOrdinaryName() {
        assertThat(helo("strict", "mail.example.org"))
                .isEqualTo(HookResult.pass("no fault in the name"));
        assertThat(connection.karma()).isZero();
    }

    @Test
    void refusesWithDisconnectByDefault() {
        assertThat(helo("lenient", "localhost"))
                .isEqualTo(
                        HookResult.denyDisconnect(NOT_LOCALHOST)
                                .because("fail: invalid localhost"));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "perm, DENY",
        "temp, DENYSOFT",
        "disconnect, DENY_DISCONNECT",
        "temp_disconnect, DENYSOFT_DISCONNECT"
    })
    void honoursTheRejectType(String type, Action action) {
        HeloPlugin plugin = plugin(Map.of("reject_type", type), Map.of());

        assertThat(plugin.onHelo(connection, "localhost").action()).isEqualTo(action);
    }

    @Test
    void onlyLogsWhenRejectIsOff() {
        HeloPlugin plugin = plugin(Map.of("reject", "0"), Map.of());

        assertThat(plugin.onHelo(connection, "localhost"))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: invalid localhost"));
        assertThat(connection.karma()).isEqualTo(-1);
    }

    @Test
    void leavesTheRefusalToNaughty() {
        HeloPlugin plugin = plugin(Map.of("reject", "naughty"), Map.of());

        assertThat(plugin.onHelo(connection, "localhost").naughtyType()).contains(Action.DECLINED);
    }

    @Test
    void testsEhloLikeHelo() {
        HookResult result = plugin(Map.of(), Map.of()).onEhlo(connection, "localhost", ehloLines());

        assertThat(result.text()).isEqualTo(NOT_LOCALHOST);
    }

    @Test
    void sparesImmuneClients() {
        FakeConnection relaying = FakeConnection.create().relaying();
        FakeConnection whitelisted =
                FakeConnection.create().withNote(NoteKey.WHITELIST_HOST, "friend");
        HeloPlugin plugin = plugin(Map.of(), Map.of());

        assertThat(plugin.onHelo(relaying, "localhost")).isEqualTo(HookResult.skip("immune"));
        assertThat(plugin.onHelo(whitelisted, "localhost")).isEqualTo(HookResult.skip("immune"));
        assertThat(relaying.karma()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yahoo.com", "YAHOO.com", "aol.com"})
    void refusesNamesInBadhelo(String host) {
        connection.config().set("badhelo", "# never used by their owners", "AOL.com", "yahoo.com");

        assertThat(helo("lenient", host).text()).isEqualTo(NOT_BELIEVED.formatted(host));
    }

    @Test
    void passesNamesNotInBadhelo() {
        connection.config().set("badhelo", "aol.com", "yahoo.com");

        assertThat(helo("lenient", "example.com").action()).isEqualTo(Action.DECLINED);
        assertThat(helo("lenient", "mail.yahoo.com").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void matchesExpressionsOfBadhelo() {
        connection.config().set("badhelo", "ya.oo\\.com$");

        assertThat(helo("lenient", "yahoo.com").text())
                .isEqualTo(NOT_BELIEVED.formatted("yahoo.com"));
        assertThat(helo("lenient", "MX.YaHoo.com").action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(helo("lenient", "yoda.com").action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b\u00f6se.example", "XN--BSE-SNA.example", "B\u00d6SE\uff0eexample."})
    void eachSpellingOfANameIsTheSame(String host) {
        connection.config().set("badhelo", "b\u00f6se.example");
        assertThat(helo("lenient", host).text()).isEqualTo(NOT_BELIEVED.formatted(host));
        connection.config().set("badhelo", "xn--bse-sna.example");
        assertThat(helo("lenient", host).text()).isEqualTo(NOT_BELIEVED.formatted(host));
        connection.config().set("badhelo", "^b\u00f6se");
        assertThat(helo("lenient", host).text()).isEqualTo(NOT_BELIEVED.formatted(host));
        connection.config().set("badhelo", "!b\u00f6se");
        assertThat(helo("lenient", host).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost.", "\uff4cocalhost"})
    void noSpellingOfLocalhostIsBelieved(String host) {
        assertThat(helo("lenient", host).text()).isEqualTo(NOT_LOCALHOST);
    }

    @Test
    void negatesExpressionsOfBadhelo() {
        connection.config().set("badhelo", "!\\.");

        assertThat(helo("lenient", "host-only").action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(helo("lenient", "host.example.com").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void leavesOutAWrongExpression() {
        connection.config().set("badhelo", "(unclosed", "yahoo.com");

        assertThat(helo("lenient", "unclosed.example").action()).isEqualTo(Action.DECLINED);
        assertThat(helo("lenient", "yahoo.com").action()).isEqualTo(Action.DENY_DISCONNECT);
    }

    @Test
    void seesChangesOfBadhelo() {
        HeloPlugin plugin = plugin(Map.of(), Map.of());
        assertThat(plugin.onHelo(connection, "yahoo.com").action()).isEqualTo(Action.DECLINED);

        connection.config().set("badhelo", "yahoo.com");

        assertThat(plugin.onHelo(connection, "yahoo.com").action())
                .isEqualTo(Action.DENY_DISCONNECT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1", "128.0.0.1"})
    void refusesLocalhostFromElsewhere(String ip) {
        assertThat(from(ip, "lenient", "LocalHost").text()).isEqualTo(NOT_LOCALHOST);
        assertThat(from(ip, "lenient", "not-localhost").action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1"})
    void passesLocalhostFromThisMachine(String ip) {
        assertThat(from(ip, "lenient", "localhost").action()).isEqualTo(Action.DECLINED);
        assertThat(from(ip, "lenient", "not-localhost").action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "254.254.254.254",
                "255.255.255.255",
                "192.0.2.1",
                "2001:db8::1",
                "::ffff:192.0.2.1"
            })
    void refusesPlainAddresses(String host) {
        assertThat(helo("lenient", host).text()).isEqualTo(PLAIN_IP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "1.2.3.256", "1.2.3.4.5", "host1", ":", ".:", "a.b.c.4"})
    void doesNotTakeOtherNamesForAddresses(String host) {
        assertThat(helo("lenient", host).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, [192.0.2.1]",
        "254.254.254.255, [254.254.254.255]",
        "2001:db8::1, [IPv6:2001:db8::1]",
        "2001:db8::1, [ipv6:2001:DB8:0:0:0:0:0:1]",
        "2001:db8::1, [2001:db8::1]",
        "192.0.2.1, [IPv6:::ffff:192.0.2.1]"
    })
    void passesTheClientsOwnLiteral(String ip, String host) {
        assertThat(from(ip, "lenient", host).action()).isEqualTo(Action.DECLINED);
        assertThat(from(ip, "rfc", host).action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, [192.0.2.2]",
        "192.0.2.1, [254.254.254.255]",
        "192.0.2.1, [IPv6:2001:db8::1]",
        "2001:db8::1, [IPv6:2001:db8::2]",
        "2001:db8::1, [192.0.2.1]"
    })
    void refusesForgedLiterals(String ip, String host) {
        assertThat(from(ip, "lenient", host).text()).isEqualTo(FORGED);
    }

    @Test
    void refusesEachLiteralWhenStrict() {
        assertThat(from("1.0.0.0", "strict", "[1.0.0.0]").text()).isEqualTo(LITERAL);
        assertThat(from("254.254.254.254", "strict", "[254.254.254.254]").text())
                .isEqualTo(LITERAL);
        assertThat(from("2001:db8::1", "strict", "[IPv6:2001:db8::1]").text()).isEqualTo(LITERAL);
        assertThat(from("254.254.254.254", "strict", "254.254.254.254").text()).isEqualTo(PLAIN_IP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rfc", "strict"})
    void wantsAQualifiedName(String policy) {
        assertThat(helo(policy, "windows-pc").text()).isEqualTo(UNQUALIFIED);
        assertThat(helo(policy, "under_score.example.com").text()).isEqualTo(CHARACTERS);
        assertThat(helo(policy, "bücher.example").text()).isEqualTo(CHARACTERS);
        assertThat(helo(policy, "[999.2.3.4]").text()).isEqualTo(CHARACTERS);
        assertThat(helo(policy, "Mail-1.Example.COM").action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void isLenientByDefault() {
        HeloPlugin plugin = plugin(Map.of(), Map.of());

        assertThat(plugin.onHelo(connection, "windows-pc").action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.onHelo(connection, "under_score.example.com").action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void acceptsTheTimeoutsOfQpsmtpd() {
        HeloPlugin plugin = plugin(Map.of(), Map.of("timeout", "3", "dns_timeout", "4"));

        assertThat(plugin.onHelo(connection, "mail.example.org").action())
                .isEqualTo(Action.DECLINED);
    }

    @Test
    void refusesAnUnknownPolicy() {
        assertThatThrownBy(() -> plugin(Map.of(), Map.of("policy", "lax")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("policy 'lax' is not one of lenient, rfc, strict");
    }

    @Test
    void putsTheNameIntoTheHeader() {
        FakeTransaction transaction =
                FakeTransaction.on(connection.withEhlo("mail.example.org"))
                        .withMessage("X-Helo: forged\nSubject: a\nX-HELO: too\n\nbody\n");

        assertThat(plugin(Map.of(), Map.of()).onDataPost(transaction))
                .isEqualTo(HookResult.DECLINED);
        assertThat(transaction.message())
                .isEqualTo("X-HELO: mail.example.org\nSubject: a\n\nbody\n");
    }

    private HookResult helo(String policy, String host) {
        return plugin(Map.of(), Map.of("policy", policy)).onHelo(connection, host);
    }

    private static HookResult from(String ip, String policy, String host) {
        return plugin(Map.of(), Map.of("policy", policy)).onHelo(FakeConnection.from(ip), host);
    }

    private static List<String> ehloLines() {
        return new ArrayList<>(List.of("PIPELINING"));
    }

    private static HeloPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new HeloPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(HeloConfig.class, settings),
                new FakePatterns());
    }
}
