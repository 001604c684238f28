package org.qpsmtpd.mailauth.spf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MacroTextTest {
    private static final SpfSettings SETTINGS =
            new SpfSettings(
                    "mx.example.net",
                    10,
                    2,
                    Duration.ofSeconds(20),
                    Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC));

    /** RFC 7208, 7.4. */
    @ParameterizedTest
    @CsvSource({
        "%{s}, strong-bad@email.example.com",
        "%{o}, email.example.com",
        "%{d}, email.example.com",
        "%{d4}, email.example.com",
        "%{d3}, email.example.com",
        "%{d2}, example.com",
        "%{d1}, com",
        "%{dr}, com.example.email",
        "%{d2r}, example.email",
        "%{l}, strong-bad",
        "%{l-}, strong.bad",
        "%{lr}, strong-bad",
        "%{lr-}, bad.strong",
        "%{l1r-}, strong",
        "%{ir}.%{v}._spf.%{d2}, 3.2.0.192.in-addr._spf.example.com",
        "%{lr-}.lp._spf.%{d2}, bad.strong.lp._spf.example.com",
        "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}, bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
        "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}, 3.2.0.192.in-addr.strong.lp._spf.example.com",
        "%{d2}.trusted-domains.example.net, example.com.trusted-domains.example.net",
        "%{DR}, com.example.email",
        "%{d999999999999}, email.example.com",
        "%{h}, mail.example.com",
        "%{S}, strong-bad%40email.example.com",
        "a%%b%_c%-d.example, a%b c%20d.example"
    })
    void expandsTheExamplesOfTheRfc(String text, String expected) throws Exception {
        assertThat(MacroText.parse(text).name(values("192.0.2.3"))).isEqualTo(expected);
    }

    @Test
    void expandsAnIpv6Address() throws Exception {
        assertThat(MacroText.domain("%{ir}.%{v}._spf.%{d2}").name(values("2001:db8::cb01")))
                .isEqualToIgnoringCase(
                        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
                                + ".ip6._spf.example.com");
    }

    @Test
    void tellsPeopleWhatOnlyTheyRead() throws Exception {
        assertThat(MacroText.explanation("%{c} at %{t} to %{r}.").text(values("2001:db8::1")))
                .isEqualTo("2001:db8::1 at 1700000000 to mx.example.net.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%", "a%", "%a", "%{", "%{}", "%{d", "%{x}", "%{d0}", "%{d00r}", "%{drr}", "%{d*}",
                "%{dr2}", "%{c}", "%{r}", "%{t}", "%(d)", "%{d}%"
            })
    void refusesWhatIsNoMacro(String text) {
        assertThatThrownBy(() -> MacroText.parse(text)).isInstanceOf(SpfSyntaxException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.org",
                "example.org.",
                "%{d}",
                "a.%{d}",
                "foo:bar/baz.example",
                "a.1-2",
                "a.b-c",
                "_spf.example.x1",
                "%%",
                "a%_",
                "a%-",
                "%{d}.com",
                ".com",
                "a..com"
            })
    void readsDomains(String text) throws Exception {
        assertThat(MacroText.domain(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "museum",
                "museum.",
                "a.123",
                "a.-com",
                "a.com-",
                "%{d}com",
                "a.c_m",
                "a.com/",
                "a.com:25",
                "a..",
                "%%com",
                "a.co}",
                "%{d}x}",
                "a.com.."
            })
    void refusesWhatIsNoDomain(String text) {
        assertThatThrownBy(() -> MacroText.domain(text)).isInstanceOf(SpfSyntaxException.class);
    }

    @Test
    void cutsLongNamesOnTheLeft() throws Exception {
        String label = "a".repeat(60) + ".";
        String name = MacroText.domain(label.repeat(5) + "example.com").name(values("192.0.2.3"));

        assertThat(name).isEqualTo(label.repeat(3) + "example.com");
        assertThat(MacroText.domain("a".repeat(60_000) + ".%{d1}").name(values("192.0.2.3")))
                .isEqualTo("com");
        assertThat(MacroText.domain("%{d}".repeat(10_000)).name(values("192.0.2.3")))
                .hasSizeLessThan(254)
                .endsWith("comemail.example.com");
    }

    @Test
    void cutsLongExplanations() throws Exception {
        assertThat(MacroText.explanation("%{s}".repeat(10_000)).text(values("192.0.2.3")))
                .hasSize(1000);
    }

    private static MacroValues values(String client) throws Exception {
        SpfRequest request =
                SpfRequest.mailFrom(
                        InetAddress.getByName(client),
                        "mail.example.com",
                        "strong-bad",
                        "email.example.com");
        return new MacroValues(request, "email.example.com", "unknown", SETTINGS);
    }
}
