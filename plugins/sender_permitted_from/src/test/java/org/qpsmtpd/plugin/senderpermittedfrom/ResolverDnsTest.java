package org.qpsmtpd.plugin.senderpermittedfrom;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qpsmtpd.api.service.DnsAnswer;
import org.qpsmtpd.api.service.MailExchanger;
import org.qpsmtpd.mailauth.DnsResult;
import org.qpsmtpd.mailauth.server.ResolverDns;
import org.qpsmtpd.testkit.FakeResolver;

class ResolverDnsTest {
    private final FakeResolver resolver = new FakeResolver();
    private final ResolverDns dns = new ResolverDns(resolver);

    @Test
    void givesRecordsAsTheyAre() throws Exception {
        resolver.withTexts("a.example", "one", "\u00FC")
                .withAddresses("a.example", "192.0.2.1", "2001:db8::1")
                .withMailExchangers(
                        "a.example", new MailExchanger(2, "b.example"), new MailExchanger(1, ""))
                .withPointers("192.0.2.1", "a.example");

        assertThat(now(dns.texts("a.example")).records()).containsExactly("one", "\u00FC");
        assertThat(now(dns.ipv4("a.example")).records())
                .containsExactly(InetAddress.getByName("192.0.2.1"));
        assertThat(now(dns.ipv6("a.example")).records())
                .containsExactly(InetAddress.getByName("2001:db8::1"));
        assertThat(now(dns.exchangers("a.example")).records()).containsExactly("", "b.example");
        assertThat(now(dns.pointers(InetAddress.getByName("192.0.2.1"))).records())
                .containsExactly("a.example");
    }

    @Test
    void keepsTheTextThatItGot() {
        resolver.withTexts("a.example", new String("v=spf1 -all"));

        assertThat(now(dns.texts("a.example")).records().get(0))
                .isSameAs(now(dns.texts("a.example")).records().get(0));
    }

    @Test
    void escapesWhatTheResolverWouldNotTake() {
        resolver.withTexts("a\\032b\\092c\\255.example", "found");

        assertThat(now(dns.texts("a b\\c\u00FF.example")).records()).containsExactly("found");
    }

    @Test
    void leavesOutNamesThatNoHostHas() throws Exception {
        resolver.withPointers("192.0.2.1", "a\\046b.example");

        assertThat(now(dns.pointers(InetAddress.getByName("192.0.2.1"))).isVoid()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = "FOUND", mode = EnumSource.Mode.EXCLUDE)
    void tellsWhyThereIsNothing(DnsAnswer.Status status) {
        resolver.withTexts("a.example", status);

        assertThat(now(dns.texts("a.example")).status()).hasToString(status.toString());
    }

    private static <T> DnsResult<T> now(CompletionStage<DnsResult<T>> stage) {
        return stage.toCompletableFuture().join();
    }
}
