package org.qpsmtpd.plugin.fcrdns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.answer.HookResult.Later;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.service.DnsAnswer.Status;
import org.qpsmtpd.api.service.DnsType;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class FcrdnsPluginTest {
    private static final String IP = "192.0.2.1";

    private final FakeResolver resolver = new FakeResolver();
    private final FakeConnection connection =
            FakeConnection.from(IP).withRemoteHost("mx.example.org");

    @Test
    void passesAnExactMatch() {
        resolver.withPointers(IP, "mx.example.org").withAddresses("mx.example.org", IP);

        assertThat(connect()).isEqualTo(HookResult.pass("forward ip match").withKarma(1));
        assertResult("iprev=pass");
    }

    @Test
    void passesAnExactMatchOfIpv6() {
        FakeConnection client = FakeConnection.from("2001:db8::1");
        resolver.withPointers("2001:db8::1", "mx.example.org")
                .withAddresses("mx.example.org", "192.0.2.9", "2001:db8:0:0::1");

        assertThat(connect(client)).isEqualTo(HookResult.pass("forward ip match").withKarma(1));
        assertResult(client, "iprev=pass");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.2.254", "2001:db8::1, 2001:db8::ffff:0:2"})
    void passesAnAddressOfTheSameNetwork(String ip, String other) {
        FakeConnection client = FakeConnection.from(ip);
        resolver.withPointers(ip, "mx.example.org").withAddresses("mx.example.org", other);

        assertThat(connect(client)).isEqualTo(HookResult.pass("forward network match"));
        assertResult(client, "iprev=pass");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, 192.0.3.1", "2001:db8::1, 2001:db8:0:1::1", "192.0.2.1, 2001:db8::1"})
    void passesOtherAddressesButSaysThatTheyDiffer(String ip, String other) {
        FakeConnection client = FakeConnection.from(ip);
        resolver.withPointers(ip, "mx.example.org").withAddresses("mx.example.org", other);

        assertThat(connect(client)).isEqualTo(HookResult.pass("PTR host has forward DNS"));
        assertResult(client, "iprev=fail");
    }

    @Test
    void takesTheBestOfSeveralNames() {
        resolver.withPointers(IP, "a.example.org", "b.example.org", "c.example.org")
                .withAddresses("a.example.org", "198.51.100.1")
                .withAddresses("b.example.org", Status.FAILED)
                .withAddresses("c.example.org", "192.0.2.7", IP);

        assertThat(connect().reason()).isEqualTo("pass: forward ip match");
        assertResult("iprev=pass");
    }

    @Test
    void asksForTenNamesAtMost() {
        String[] names =
                IntStream.range(0, 50).mapToObj(i -> "h" + i + ".test").toArray(String[]::new);
        resolver.with(DnsType.PTR, "1.2.0.192.in-addr.arpa", names).withOthers(Status.NO_NAME);

        connect();

        assertThat(resolver.questions()).hasSize(1 + 10 * 2);
    }

    @Test
    void faultsNamesWithoutAddress() {
        resolver.withPointers(IP, "mx.example.org").withAddresses("mx.example.org", Status.NO_NAME);

        assertThat(connect()).isEqualTo(failed("no PTR hosts have forward DNS").withKarma(-1));
        assertResult("iprev=fail");
    }

    @Test
    void takesNoKarmaWhileNamesCannotBeLookedUp() {
        resolver.withPointers(IP, "mx.example.org").withAddresses("mx.example.org", Status.FAILED);

        assertThat(connect()).isEqualTo(failed("error getting forward DNS"));
        assertResult("iprev=temperror");
    }

    @ParameterizedTest
    @CsvSource({
        "NO_NAME, no rDNS: NXDOMAIN, iprev=permerror, -1",
        "NO_DATA, no PTR records, iprev=permerror, -1",
        "FAILED, error getting rDNS, iprev=temperror, 0"
    })
    void tellsWhyThereIsNoName(Status status, String detail, String result, int karma) {
        resolver.withPointers(IP, status);

        assertThat(connect(connection.withRemoteHost("Unknown")))
                .isEqualTo(failed(detail).withKarma(karma));
        assertResult(result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost"})
    void faultsWhoPretendsToBeLocalhost(String host) {
        for (String ip : new String[] {"128.0.0.1", "126.1.1.1"}) {
            FakeConnection client = FakeConnection.from(ip).withRemoteHost(host);

            assertThat(connect(client)).isEqualTo(failed("not localhost").withKarma(-1));
            assertThat(client.authenticationResults()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.1.1", "127.255.255.255", "::1"})
    void passesThisMachine(String ip) {
        assertThat(connect(FakeConnection.from(ip).withRemoteHost("localhost")))
                .isEqualTo(HookResult.pass("is localhost").withKarma(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"com", "net", "edu", "boogers"})
    void faultsANameWithoutDot(String host) {
        assertThat(connect(connection.withRemoteHost(host)))
                .isEqualTo(failed("not FQDN").withKarma(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_b.example.com", "mx.ex\r\nample.com", "m\u00fcll.example.com"})
    void faultsANameWithOtherCharacters(String host) {
        assertThat(connect(connection.withRemoteHost(host)))
                .isEqualTo(failed("invalid FQDN chars").withKarma(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"foo.com", "example.com"})
    void asksForTheNameOfAGoodHost(String host) {
        resolver.withPointers(IP, host).withAddresses(host, IP);

        assertThat(connect(connection.withRemoteHost(host)).reason()).startsWith("pass");
    }

    @Test
    void asksNobodyAboutImmuneClients() {
        assertThat(connect(FakeConnection.create().relaying()))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(connect(connection.withNote(NoteKey.WHITELIST_HOST, "friend")))
                .isEqualTo(HookResult.skip("immune"));
        assertThat(resolver.questions()).isEmpty();
    }

    @Test
    void leavesOutTheTestsThatAreOff() {
        assertThat(connect(plugin(Map.of("has_reverse_dns", "0")), connection))
                .isEqualTo(HookResult.pass("is FQDN"));

        resolver.withPointers(IP, "mx.example.org");
        assertThat(connect(plugin(Map.of("has_forward_dns", "0")), connection))
                .isEqualTo(HookResult.pass("has rDNS"));
        assertThat(resolver.questions()).hasSize(1);
    }

    @Test
    void neverRefusesWhateverIsAsked() {
        resolver.withPointers(IP, Status.NO_NAME);

        assertThat(connect(plugin(Map.of("reject", "1", "reject_type", "perm")), connection))
                .isEqualTo(failed("no rDNS: NXDOMAIN").withKarma(-1));
    }

    @Test
    void waitsFiveSecondsByDefault() {
        resolver.holding().withPointers(IP, "mx.example.org");
        Later later = plugin(Map.of()).onConnect(connection).pending().orElseThrow();

        assertThat(later.limit()).contains(Duration.ofSeconds(5));
        assertThat(later.otherwise()).isEqualTo(failed("no answer of the DNS within 5 s"));
        assertThat(plugin(Map.of("timeout", "9")).onConnect(connection).pending().orElseThrow())
                .extracting(Later::limit)
                .isEqualTo(Optional.of(Duration.ofSeconds(9)));
    }

    @Test
    void greetsAClientWhoseNameServersAreSilent() throws Exception {
        FakeResolver silent = new FakeResolver().holding().withOthers(Status.FAILED);
        FcrdnsPlugin plugin =
                new FcrdnsPlugin(
                        Configs.config(FcrdnsConfig.class, Map.of("timeout", "1")), silent);
        FakeConnection client = FakeConnection.from(IP).withRemoteHost("Unknown");

        try (TestServer server =
                        TestServer.builder()
                                .plugin("fcrdns", (ConnectHook) real -> plugin.onConnect(client))
                                .start();
                SmtpClient smtp = server.connect()) {
            assertThat(smtp.read().code()).isEqualTo(220);
        }
    }

    private void assertResult(String result) {
        assertResult(connection, result);
    }

    /** An address with colons is quoted, as RFC 8601 section 2.2 wants values. */
    private static void assertResult(FakeConnection client, String result) {
        String ip = client.remoteIp();
        String value = ip.contains(":") ? "\"" + ip + "\"" : ip;
        assertThat(client.authenticationResults())
                .containsExactly(result + " policy.iprev=" + value);
    }

    private HookResult connect() {
        return connect(connection);
    }

    private HookResult connect(FakeConnection client) {
        return connect(plugin(Map.of()), client);
    }

    private static HookResult connect(FcrdnsPlugin plugin, FakeConnection client) {
        HookResult result = plugin.onConnect(client);
        return result.pending()
                .map(later -> later.answer().toCompletableFuture().join())
                .orElse(result);
    }

    private static HookResult failed(String detail) {
        return HookResult.DECLINED.because("fail, tolerated: " + detail);
    }

    private FcrdnsPlugin plugin(Map<String, ?> settings) {
        return new FcrdnsPlugin(Configs.config(FcrdnsConfig.class, settings), resolver);
    }
}
