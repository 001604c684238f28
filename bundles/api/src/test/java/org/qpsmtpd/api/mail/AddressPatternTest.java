package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.service.Patterns;

import java.util.List;
import java.util.regex.Pattern;

class AddressPatternTest {
    private static final Patterns PATTERNS =
            (regex, ignoreCase) ->
                    Pattern.compile(regex, ignoreCase ? Pattern.CASE_INSENSITIVE : 0).asPredicate();

    @ParameterizedTest
    @CsvSource({
        "matt@test.net, matt@test.net, true",
        "matt@test.com, matt@test.net, false",
        "matt@TEST.net, Matt@test.Net, true",
        "@test.net,     matt@test.net, true",
        "@Test.net,     matt@tesT.net, true",
        "@test.not,     matt@test.net, false",
        "@est.net,      matt@test.net, false",
        "test.net$,     matt@TEST.net, true",
        "test.not$,     matt@test.net, false",
        "^Matt@,        matt@test.net, false",
        "a+b@test.net,  a+b@test.net,  false",
        "a+b@test.net,  aab@test.net,  true",
        "@m\u00fcnchen.example,      joe@XN--MNCHEN-3YA.example, true",
        "@xn--mnchen-3ya.example, joe@m\u00fcnchen\u3002example,  true",
        "jo\u0308rg@test.net,        J\u00d6RG@test.net,            true",
        "@[IPv6:2001:db8::1],     joe@[ipv6:2001:DB8:0::1],   true",
        "^joe@m\u00fcn,              joe@xn--mnchen-3ya.example, true",
        "xn--mnchen.*,            joe@m\u00fcnchen.example,      true",
        "m\u00fcnchen$,              joe@munchen,                false"
    })
    void matchesAddressHostOrExpression(String entry, String address, boolean matches) {
        AddressPattern pattern = AddressPattern.parse(entry, PATTERNS, false);

        assertThat(pattern.matches(Address.of(address))).isEqualTo(matches);
    }

    @Test
    void findsTheFirstOfSeveral() {
        List<AddressPattern> patterns =
                List.of(
                        AddressPattern.parse("@other.net no", PATTERNS, false),
                        AddressPattern.parse("@test.net first", PATTERNS, false),
                        AddressPattern.parse("joe@test.net second", PATTERNS, false));

        assertThat(AddressPattern.first(patterns, Address.of("joe@test.net")))
                .map(AddressPattern::reason)
                .contains("first");
        assertThat(AddressPattern.first(patterns, Address.of("joe@third.net"))).isEmpty();
        assertThat(AddressPattern.first(patterns, Address.NULL)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"@a..b", "joe@a_b.c", "@-a.b", "@[1.2.3]", "joe@\u00fc\u200d.b"})
    void refusesAHostThatNobodyCanHave(String entry) {
        assertThatThrownBy(() -> AddressPattern.parse(entry, PATTERNS, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is not a host name");
    }

    @Test
    void ignoresCaseOfExpressionsWhenAsked() {
        AddressPattern pattern = AddressPattern.parse("^MATT@[A-Z]*\\.", PATTERNS, true);

        assertThat(pattern.matches(Address.of("matt@test.net"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "postmaster@", "@test.net"})
    void neverMatchesHalfAnAddress(String half) {
        AddressPattern all = AddressPattern.parse(".*", PATTERNS, false);
        AddressPattern host = AddressPattern.parse("@test.net", PATTERNS, false);

        assertThat(all.matches(Address.of(half))).isFalse();
        assertThat(host.matches(Address.of(half))).isFalse();
    }

    @Test
    void takesTheReasonFromTheRestOfTheLine() {
        AddressPattern pattern =
                AddressPattern.parse(" matt@Test.net \t go away,  please ", PATTERNS, false);

        assertThat(pattern.pattern()).isEqualTo("matt@Test.net");
        assertThat(pattern.reason()).isEqualTo("go away,  please");
        assertThat(AddressPattern.parse("@test.net", PATTERNS, false).reason()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "test.net", "matt@", "test.net @"})
    void refusesWhatIsNoPattern(String entry) {
        assertThatThrownBy(() -> AddressPattern.parse(entry, PATTERNS, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not USER@HOST");
    }

    @Test
    void refusesBrokenExpressions() {
        assertThatThrownBy(() -> AddressPattern.parse("^(a", PATTERNS, false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
