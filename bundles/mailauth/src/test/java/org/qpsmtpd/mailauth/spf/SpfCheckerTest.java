package org.qpsmtpd.mailauth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.mailauth.ZoneDns;

final class SpfCheckerTest {
    private static final String CLIENT = "192.0.2.1";
    private static final String CLIENT_IPV6 = "2001:db8::1";

    private final ZoneDns dns = new ZoneDns();

    @Test
    void tellsWhichMechanismDecided() throws Exception {
        record("v=spf1 ip4:198.51.100.0/24 a:a.example -all");
        dns.with("a.example", "A", CLIENT);

        SpfVerdict verdict = check();

        assertThat(verdict.result()).isEqualTo(SpfResult.PASS);
        assertThat(verdict.mechanism()).isEqualTo("a:a.example");
        assertThat(verdict.summary()).isEqualTo("pass: a:a.example");
    }

    @ParameterizedTest
    @CsvSource({"+all, PASS", "all, PASS", "-all, FAIL", "~all, SOFTFAIL", "?all, NEUTRAL"})
    void readsQualifiers(String term, SpfResult result) throws Exception {
        record("v=spf1 " + term);

        assertThat(check().result()).isEqualTo(result);
    }

    @Test
    void isNeutralWhenNothingMatches() throws Exception {
        record("v=spf1");

        assertThat(check().result()).isEqualTo(SpfResult.NEUTRAL);
        assertThat(check().mechanism()).isEqualTo("default");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/33",
                "a//129",
                "a/024",
                "a/",
                "a//",
                "a:",
                "a:/24",
                "a/24/64",
                "a//64/24",
                "mx/",
                "all:x.example",
                "all/8",
                "ptr/24",
                "ptr:",
                "ip4",
                "ip4:",
                "ip4:1.2.3.4/33",
                "ip4:1.2.3.4/08",
                "ip4:1.2.3.4/",
                "ip6:::1/129",
                "ip6:1.2.3.4",
                "ip4:::1",
                "include",
                "include:",
                "include:a.example/24",
                "exists",
                "exists:a.example/24",
                "redirect:a.example",
                "redirect=",
                "redirect=-all",
                "exp=",
                "exp=-all",
                "-exp=a.example",
                "redirect=a.example redirect=a.example",
                "exp=a.example EXP=a.example",
                "foo",
                "-",
                "+",
                "--all",
                "=x",
                "1x=y",
                "x/y=z",
                "x=%",
                "x=%{c}",
                "a:a.example\u0000",
                "\u00FC=x",
                "a\tmx",
                "a:%{d}x",
                "v=spf1%",
                "all.",
                "ip4:1.2.3.4:25"
            })
    void findsFaultsAnywhere(String term) throws Exception {
        record("v=spf1 +all " + term);

        SpfVerdict verdict = check();

        assertThat(verdict.result()).isEqualTo(SpfResult.PERMERROR);
        assertThat(verdict.problem()).startsWith("example.org: ").matches("[ -~]*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=b",
                "all=x",
                "x.y-z_1=%{d}%%",
                "x=",
                "X=a:b/c",
                "  ",
                "A MX PTR",
                "a/24//64",
                "mx//0",
                "a:%{i}.x.example/24",
                "IP4:1.2.3.4/0",
                "ip6:::/0",
                "EXISTS:%{L}.x.example",
                "v=spf1"
            })
    void takesWhatTheGrammarKnows(String terms) throws Exception {
        record("v=spf1 +all " + terms);

        assertThat(check().result()).isEqualTo(SpfResult.PASS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"v=spf10 -all", "v=spf1\t-all", " v=spf1 -all", "v=spf2.0/pra -all", ""})
    void leavesOtherRecordsAlone(String other) throws Exception {
        dns.with("example.org", "TXT", other);
        assertThat(check().result()).isEqualTo(SpfResult.NONE);

        record("V=SPF1 -all");
        assertThat(check().result()).isEqualTo(SpfResult.FAIL);
    }

    @Test
    void refusesSeveralRecords() throws Exception {
        record("v=spf1 -all");
        record("v=spf1");

        assertThat(check().result()).isEqualTo(SpfResult.PERMERROR);
        assertThat(check().problem()).isEqualTo("more than one record of example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "a..b", "[192.0.2.1]", "a b.example", ""})
    void asksNobodyForWhatIsNoDomain(String helo) throws Exception {
        SpfVerdict verdict =
                new SpfChecker(dns, settings())
                        .check(SpfRequest.helo(InetAddress.getByName(CLIENT), helo))
                        .toCompletableFuture()
                        .get();

        assertThat(verdict.result()).isEqualTo(SpfResult.NONE);
        assertThat(dns.questions()).isEmpty();
    }

    @Test
    void asksForTheNameInHeloInThePlaceOfTheNullSender() throws Exception {
        dns.with("helo.example", "TXT", "v=spf1 exists:%{l}.%{o}.%{h} -all")
                .with("postmaster.helo.example.helo.example", "A", "127.0.0.2");

        SpfVerdict verdict = check("", "");

        assertThat(verdict.request().identity()).isEqualTo(SpfIdentity.HELO);
        assertThat(verdict.result()).isEqualTo(SpfResult.PASS);
    }

    @Test
    void asksForTheNameThatTheDnsHas() throws Exception {
        dns.with("xn--bcher-kva.example", "TXT", "v=spf1 exists:%{d}.ok.example -all")
                .with("xn--bcher-kva.example.ok.example", "A", "127.0.0.2");

        assertThat(check("a", "b\u00FCcher.example").result()).isEqualTo(SpfResult.PASS);
    }

    /** RFC 8616, 4. */
    @Test
    void takesNoLocalPartBeyondAsciiForAName() throws Exception {
        record("v=spf1 exists:%{l}.x.example include:%{s}.x.example -all exp=why.example");
        dns.with("why.example", "TXT", "not %{l}");

        SpfVerdict verdict = check("j\u00FCrgen", "example.org");

        assertThat(verdict.result()).isEqualTo(SpfResult.FAIL);
        assertThat(verdict.explanation()).isEmpty();
        assertThat(dns.questions()).containsExactly("TXT example.org", "TXT why.example");
    }

    @ParameterizedTest
    @CsvSource({
        "a, TEMPERROR",
        "mx, TEMPERROR",
        "exists:t.example, TEMPERROR",
        "include:t.example, TEMPERROR",
        "redirect=t.example, TEMPERROR",
        "mx:m.example, TEMPERROR",
        "ptr, FAIL",
        "ptr:t.example, FAIL",
        "exists:%{p}.x.example, FAIL"
    })
    void keepsTroubleOfTheDnsApart(String term, SpfResult result) throws Exception {
        record(
                "v=spf1 "
                        + (term.startsWith("a")
                                ? "a:t.example"
                                : term.equals("mx") ? "mx:t.example" : term)
                        + " -all".repeat(term.startsWith("redirect") ? 0 : 1));
        dns.with("t.example", "TIMEOUT", "")
                .with("m.example", "MX", List.of(1, "t.example"))
                .with("1.2.0.192.in-addr.arpa", "TIMEOUT", "");

        assertThat(check().result()).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource({"10, PASS", "11, PERMERROR"})
    void asksTenTimesAtMost(int terms, SpfResult result) throws Exception {
        record("v=spf1 " + "a:a.example ".repeat(terms) + "+all");
        dns.with("a.example", "A", "198.51.100.1");

        assertThat(check().result()).isEqualTo(result);
        assertThat(dns.questions()).hasSize(11);
    }

    @Test
    void countsLookUpsOfAllRecordsTogether() throws Exception {
        record("v=spf1 include:i.example redirect=r.example");
        dns.with("i.example", "TXT", "v=spf1 " + "a:a.example ".repeat(5))
                .with("r.example", "TXT", "v=spf1 " + "a:a.example ".repeat(4))
                .with("a.example", "A", "198.51.100.1");

        assertThat(check().result()).isEqualTo(SpfResult.PERMERROR);
    }

    @ParameterizedTest
    @CsvSource({"2, FAIL", "3, PERMERROR"})
    void bearsTwoLookUpsThatFindNothing(int terms, SpfResult result) throws Exception {
        record("v=spf1 " + "exists:n.example ".repeat(terms) + "-all");

        assertThat(check().result()).isEqualTo(result);
    }

    /** RFC 7208, 5.4: one too many is an error, also where another one is the client. */
    @ParameterizedTest
    @CsvSource({"10, 9, PASS", "11, 0, PERMERROR", "11, 10, PERMERROR"})
    void looksAtTenExchangers(int hosts, int place, SpfResult result) throws Exception {
        record("v=spf1 mx -all");
        for (int i = 0; i < hosts; i++) {
            dns.with("example.org", "MX", List.of(i, "m" + i + ".example"))
                    .with("m" + i + ".example", "A", i == place ? CLIENT : "198.51.100.1");
        }

        assertThat(check().result()).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource({"9, PASS", "10, FAIL"})
    void looksAtTenNamesOfTheClient(int place, SpfResult result) throws Exception {
        record("v=spf1 ptr -all");
        for (int i = 0; i < 12; i++) {
            dns.with("1.2.0.192.in-addr.arpa", "PTR", "m" + i + ".example.org.")
                    .with("m" + i + ".example.org", "A", i == place ? CLIENT : "198.51.100.1");
        }

        assertThat(check().result()).isEqualTo(result);
    }

    @Test
    void asksForNamesOfTheClientOnce() throws Exception {
        record("v=spf1 ptr:a.example exists:%{p}.a.example ptr:b.example -all");
        dns.with("1.2.0.192.in-addr.arpa", "PTR", "m.example.org")
                .with("m.example.org", "A", CLIENT);

        assertThat(check().result()).isEqualTo(SpfResult.FAIL);
        assertThat(dns.questions())
                .containsExactly(
                        "TXT example.org",
                        "PTR 1.2.0.192.in-addr.arpa",
                        "A m.example.org",
                        "A m.example.org.a.example");
    }

    @Test
    void asksForAddressesOfTheClientsFamily() throws Exception {
        record("v=spf1 a:a.example/24//32 mx:m.example -all");
        dns.with("a.example", "A", "192.0.2.7")
                .with("a.example", "AAAA", "2001:db8:7::1")
                .with("m.example", "MX", List.of(0, ""));

        assertThat(check().mechanism()).isEqualTo("a:a.example/24//32");
        assertThat(check(CLIENT_IPV6, "a", "example.org").result()).isEqualTo(SpfResult.PASS);
        assertThat(dns.questions()).contains("A a.example", "AAAA a.example");
    }

    @Test
    void followsARedirectAndItsExplanation() throws Exception {
        record("v=spf1 exp=own.example redirect=r.example");
        dns.with("r.example", "TXT", "v=spf1 -all exp=why.%{d}")
                .with("why.r.example", "TXT", List.of("%{d} does not ", "know %{i}"));

        assertThat(check().explanation()).isEqualTo("r.example does not know 192.0.2.1");
        assertThat(dns.questions()).doesNotContain("TXT own.example");
    }

    @Test
    void asksForNoExplanationUnlessItFails() throws Exception {
        record("v=spf1 ~all exp=why.example");

        assertThat(check().explanation()).isEmpty();
        assertThat(dns.questions()).containsExactly("TXT example.org");
    }

    @ParameterizedTest
    @ValueSource(strings = {"caf\u00C3\u00A9", "line\nend", "%{x}", "%", "tab\t"})
    void leavesOutExplanationsThatAreNotInOrder(String text) throws Exception {
        record("v=spf1 -all exp=why.example");
        dns.with("why.example", "TXT", text);

        assertThat(check().result()).isEqualTo(SpfResult.FAIL);
        assertThat(check().explanation()).isEmpty();
    }

    @Test
    void endsCircles() throws Exception {
        record("v=spf1 include:b.example -all");
        dns.with("b.example", "TXT", "v=spf1 include:example.org redirect=b.example");

        assertThat(check().result()).isEqualTo(SpfResult.PERMERROR);
        assertThat(dns.questions()).hasSize(11);
    }

    @Test
    void asksNoFurtherWhenTheTimeIsOver() throws Exception {
        record("v=spf1 a:a.example a:b.example -all");
        dns.with("a.example", "A", "198.51.100.1");
        Clock slow = new SlowClock(Duration.ofSeconds(8));

        SpfVerdict verdict =
                check(
                        new SpfSettings("mx", 10, 2, Duration.ofSeconds(10), slow),
                        CLIENT,
                        "a",
                        "example.org");

        assertThat(verdict.result()).isEqualTo(SpfResult.TEMPERROR);
        assertThat(verdict.problem()).isEqualTo("look-ups took more than 10 s");
        assertThat(dns.questions()).containsExactly("TXT example.org", "A a.example");
    }

    /** Goes on with each look at it. */
    private static final class SlowClock extends Clock {
        private final Duration step;
        private Instant now = Instant.EPOCH;

        SlowClock(Duration step) {
            this.step = step;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            Instant before = now;
            now = now.plus(step);
            return before;
        }
    }

    private void record(String text) {
        dns.with("example.org", "TXT", text);
    }

    private SpfVerdict check() throws Exception {
        return check("a", "example.org");
    }

    private SpfVerdict check(String local, String domain) throws Exception {
        return check(CLIENT, local, domain);
    }

    private SpfVerdict check(String client, String local, String domain) throws Exception {
        return check(settings(), client, local, domain);
    }

    private SpfVerdict check(SpfSettings settings, String client, String local, String domain)
            throws Exception {
        SpfRequest request =
                SpfRequest.mailFrom(InetAddress.getByName(client), "helo.example", local, domain);
        return new SpfChecker(dns, settings).check(request).toCompletableFuture().get();
    }

    private static SpfSettings settings() {
        return SpfSettings.of("mx.example.net");
    }
}
