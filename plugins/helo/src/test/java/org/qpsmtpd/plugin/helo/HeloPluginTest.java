package org.qpsmtpd.plugin.helo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.answer.HookResult.Later;
import org.qpsmtpd.api.plugin.RejectSettings;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakePatterns;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.FakeTransaction;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class HeloPluginTest {
    private static final String NOT_BELIEVED = "I do not believe you are %s.";
    private static final String NOT_LOCALHOST = "You are not localhost";
    private static final String FORGED = "Forged IPs not accepted here";
    private static final String PLAIN_IP = "Plain IP is invalid HELO hostname (RFC 2821)";
    private static final String UNQUALIFIED = "HELO name is not fully qualified. Read RFC 2821";
    private static final String CHARACTERS =
            "HELO name contains invalid FQDN characters. Read RFC 1035";
    private static final String LITERAL = "RFC 2821 allows an address literal, but we do not";

    private static final NoteKey<Boolean> FORWARD_MATCH =
            new NoteKey<>("helo_forward_match", Boolean.class);
    private static final NoteKey<Boolean> REVERSE_MATCH =
            new NoteKey<>("helo_reverse_match", Boolean.class);

    private final FakeResolver resolver = new FakeResolver();
    private final FakeConnection connection = FakeConnection.from("192.0.2.1");

    @Test
    void toleratesAMissingName() {
        assertThat(helo("lenient", ""))
                .isEqualTo(HookResult.DECLINED.because("fail, tolerated: no name").withKarma(-2));
    }

    @Test
    void passesAnOrdinaryName() {
        assertThat(helo("lenient", "mail.example.org"))
                .isEqualTo(HookResult.pass("no fault in the name"));
        assertThat(resolver.questions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rfc", "strict"})
    void passesANameThatTheDnsKnows(String policy) {
        resolver.withAddresses("mail.example.org", "192.0.2.1")
                .withPointers("192.0.2.1", "mail.example.org");

        assertThat(helo(policy, "Mail.Example.Org."))
                .isEqualTo(HookResult.pass("forward and reverse match").withKarma(1));
        assertThat(connection.notes().get(FORWARD_MATCH)).contains(true);
        assertThat(connection.notes().get(REVERSE_MATCH)).contains(true);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_NAME, HELO hostname does not exist, no such host",
        "NO_DATA, HELO hostname did not resolve, no forward DNS"
    })
    void wantsANameWithAnAddress(Status status, String text, String detail) {
        resolver.withAddresses("perl.test", status).withPointers("192.0.2.1", "mx.perl.test");

        assertThat(helo("rfc", "perl.test"))
                .isEqualTo(
                        HookResult.denyDisconnect(text).because("fail: " + detail).withKarma(-1));
    }

    @Test
    void asksNothingOfANameThatCannotBeAskedForNow() {
        resolver.withAddresses("perl.test", Status.FAILED)
                .withPointers("192.0.2.1", "mx.example.org");

        assertThat(helo("rfc", "perl.test").action()).isEqualTo(Action.DECLINED);
        assertThat(helo("strict", "perl.test").action()).isEqualTo(Action.DECLINED);
    }

    @ParameterizedTest
    @CsvSource({"NO_NAME, no rDNS for 192.0.2.1", "NO_DATA, no reverse DNS for 192.0.2.1"})
    void wantsAnAddressWithAName(Status status, String text) {
        resolver.withAddresses("perl.org", "192.0.2.1").withPointers("192.0.2.1", status);

        assertThat(helo("rfc", "perl.org"))
                .isEqualTo(HookResult.denyDisconnect(text).because("fail: no rDNS").withKarma(-1));
        assertThat(helo("rfc", "[192.0.2.1]").text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"'', DENYSOFT_DISCONNECT", "perm, DENYSOFT", "temp, DENYSOFT"})
    void defersWhileTheNameOfTheAddressCannotBeAskedFor(String type, Action action) {
        resolver.withAddresses("perl.org", "192.0.2.1").withPointers("192.0.2.1", Status.FAILED);
        HeloPlugin plugin = plugin(Map.of("reject_type", type), Map.of("policy", "rfc"));

        assertThat(answered(plugin.onHelo(connection, "perl.org")))
                .isEqualTo(
                        HookResult.of(action, "error getting reverse DNS for 192.0.2.1")
                                .because("fail: rDNS without answer"));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.2, true",
        "192.0.2.1, 192.0.1.1, false",
        "2001:db8::1, 2001:db8::2, true",
        "2001:db8::1, 2001:db7::1, false",
        "2001:db8::1, 192.0.2.1, false"
    })
    void wantsAnAddressOfTheNameNearTheClientWhenStrict(String ip, String other, boolean isNear) {
        resolver.withAddresses("mx.example.org", other).withPointers(ip, "other.example.net");
        FakeConnection client = FakeConnection.from(ip);

        assertThat(from(client, "rfc", "mx.example.org").action()).isEqualTo(Action.DECLINED);
        HookResult strict = from(client, "strict", "mx.example.org");
        assertThat(strict.action()).isEqualTo(isNear ? Action.DECLINED : Action.DENY_DISCONNECT);
        assertThat(strict.text()).isEqualTo(isNear ? "" : "That HELO hostname fails FCrDNS");
        assertThat(client.notes().has(FORWARD_MATCH)).isEqualTo(isNear);
        assertThat(client.notes().has(REVERSE_MATCH)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "mx0.example.com, true",
        "mx1.example.com, true",
        "example.com, true",
        "mx0.example.net, false",
        "com, false"
    })
    void orANameOfTheClientLikeIt(String pointer, boolean isLike) {
        resolver.withAddresses("mx0.example.com", "198.51.100.1")
                .withPointers("192.0.2.1", pointer);

        assertThat(helo("strict", "mx0.example.com").action())
                .isEqualTo(isLike ? Action.DECLINED : Action.DENY_DISCONNECT);
        assertThat(connection.notes().has(REVERSE_MATCH)).isEqualTo(isLike);
    }

    @Test
    void forgetsAMatchOfAnEarlierName() {
        resolver.withAddresses("mail.example.org", "192.0.2.1")
                .withAddresses("mail.example.net", "198.51.100.1")
                .withPointers("192.0.2.1", "mail.example.org");
        helo("rfc", "mail.example.org");
        helo("rfc", "mail.example.net");

        assertThat(connection.notes().has(FORWARD_MATCH)).isFalse();
        assertThat(connection.notes().has(REVERSE_MATCH)).isFalse();
    }

    @Test
    void asksBothAtOnceAndWaitsFiveSeconds() {
        resolver.withAddresses("mail.example.org", "192.0.2.1")
                .withPointers("192.0.2.1", "mail.example.org")
                .holding();

        Later later =
                plugin(Map.of(), Map.of("policy", "rfc"))
                        .onHelo(connection, "mail.example.org")
                        .pending()
                        .orElseThrow();

        assertThat(resolver.questions()).hasSize(3);
        assertThat(later.limit()).contains(Duration.ofSeconds(5));
        assertThat(later.otherwise().action()).isEqualTo(Action.DENYSOFT_DISCONNECT);
        assertThat(later.otherwise().text()).isEqualTo("error getting reverse DNS for 192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource({"3, 0, 3", "3, 4, 4"})
    void takesEitherTimeout(String timeout, String dnsTimeout, int seconds) {
        resolver.holding().withOthers(Status.NO_NAME);
        HeloPlugin plugin =
                plugin(
                        Map.of(),
                        Map.of("policy", "rfc", "timeout", timeout, "dns_timeout", dnsTimeout));

        assertThat(plugin.onHelo(connection, "a.example").pending().orElseThrow().limit())
                .contains(Duration.ofSeconds(seconds));
    }

    @Test
    void toleratesFaultsOfTheDns() {
        resolver.withAddresses("perl.test", Status.NO_NAME).withPointers("192.0.2.1", "a.test");
        HeloPlugin plugin = plugin(Map.of("reject", "0"), Map.of("policy", "strict"));

        assertThat(answered(plugin.onHelo(connection, "perl.test")))
                .isEqualTo(
                        HookResult.DECLINED.because("fail, tolerated: no such host").withKarma(-1));
    }

    @Test
    void refusesAClientOfARealServer() throws Exception {
        resolver.withAddresses("perl.test", Status.NO_NAME).withPointers("127.0.0.1", "localhost");
        try (TestServer server =
                        TestServer.builder()
                                .plugin("helo", plugin(Map.of(), Map.of("policy", "rfc")))
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO perl.test").toString())
                    .contains("550", "HELO hostname does not exist");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void refusesWithDisconnectByDefault() {
        assertThat(helo("lenient", "localhost"))
                .isEqualTo(
                        HookResult.denyDisconnect(NOT_LOCALHOST)
                                .because("fail: invalid localhost")
                                .withKarma(-1));
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
                .isEqualTo(
                        HookResult.DECLINED
                                .because("fail, tolerated: invalid localhost")
                                .withKarma(-1));
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
        assertThat(resolver.questions()).isEmpty();
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
        resolver.withPointers(ip, "mx.example.org");
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
        resolver.withAddresses("mail-1.example.com", "192.0.2.1")
                .withPointers("192.0.2.1", "mail-1.example.com");
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
        return from(connection, policy, host);
    }

    private HookResult from(String ip, String policy, String host) {
        return from(FakeConnection.from(ip), policy, host);
    }

    private HookResult from(FakeConnection client, String policy, String host) {
        return answered(plugin(Map.of(), Map.of("policy", policy)).onHelo(client, host));
    }

    private static HookResult answered(HookResult result) {
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private static List<String> ehloLines() {
        return new ArrayList<>(List.of("PIPELINING"));
    }

    private HeloPlugin plugin(Map<String, ?> reject, Map<String, ?> settings) {
        return new HeloPlugin(
                Configs.config(RejectSettings.class, reject),
                Configs.config(HeloConfig.class, settings),
                new FakePatterns(),
                resolver);
    }
}
