package org.qpsmtpd.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.IDN;
import java.util.List;
import java.util.Random;

class HostsTest {
    @ParameterizedTest
    @CsvSource({
        "Example.COM,                        example.com",
        "example.com.,                       example.com",
        "XN--MNCHEN-3YA.Example,             xn--mnchen-3ya.example",
        "m\u00fcnchen.example,               xn--mnchen-3ya.example",
        "M\u00dcNCHEN.EXAMPLE,               xn--mnchen-3ya.example",
        "mu\u0308nchen.example,              xn--mnchen-3ya.example",
        "m\u00fcnchen.example.,              xn--mnchen-3ya.example",
        "m\u00fc\u00adnchen.example,         xn--mnchen-3ya.example",
        "m\u00fcnchen\u3002example,          xn--mnchen-3ya.example",
        "m\u00fcnchen\uff0eexample\uff61,    xn--mnchen-3ya.example",
        "\uff45xample\uff0e\uff43om,         example.com",
        "e\u200bxample.com,                  example.com",
        "\u212aelvin.example,                kelvin.example",
        "fa\u00df.example,                   xn--fa-hia.example",
        "FA\u1e9e.example,                   xn--fa-hia.example",
        "\u03b1\u03c2.example,               xn--mxa8a.example",
        "\u0391\u03a3.example,               xn--mxa0b.example",
        "\u4f8b\u3048.\u30c6\u30b9\u30c8,    xn--r8jz45g.xn--zckzah",
        "i\u2764\ufe0f.ws,                   xn--i-7iq.ws",
        "\ud83d\udca9.la,                    xn--ls8h.la",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3.lk,  xn--10cl1a0b660p.lk",
        "\u13a3\u13b3.example,               xn--88d6a.example",
        "\uab73\uab83.example,               xn--88d6a.example",
        "[192.000.002.1],                    [192.0.2.1]",
        "[IPv6:2001:DB8::1],                 [ipv6:2001:db8:0:0:0:0:0:1]",
        "[ipv6:2001:db8:0::0:1],             [ipv6:2001:db8:0:0:0:0:0:1]",
        "[IPv6:::ffff:192.0.2.1],            [192.0.2.1]",
    })
    void hasOneFormForAllSpellings(String host, String comparable) {
        assertThat(Hosts.comparable(host)).isEqualTo(comparable);
        assertThat(Hosts.comparable(comparable)).as("once is enough").isEqualTo(comparable);
        assertThat(Hosts.isHost(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "[",
                "[]",
                "[x]",
                "a..b",
                "a b",
                "\u3002",
                "\ud800",
                "a\u2024b",
                "\u00fc\u0000",
                "xn--",
                "xn--\u00fc-",
                "[\u00fc]",
                "\u200d",
                "*.example",
                "@",
                "a_b.c"
            })
    void givesTextThatIsNoHostBack(String text) {
        assertThat(Hosts.comparable(text)).isNotNull();
        assertThat(Hosts.isHost(text)).isFalse();
        assertThat(Hosts.spellings(text)).isNotEmpty();
    }

    @Test
    void agreesWithTheJdkWhereItsRulesAreTheSame() {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            String label = letters(random);

            assertThat(Hosts.comparable(label)).as(label).isEqualTo(IDN.toASCII(label));
            assertThat(Hosts.spellings(IDN.toASCII(label))).as(label).contains(label);
        }
    }

    /** Of scripts without case, or lower case, all of Unicode 3.2. */
    private static String letters(Random random) {
        int[] firsts = {'a', 0x3b1, 0x430, 0xe01, 0x4e00, 0xac00, 0x10330};
        int[] counts = {26, 17, 32, 48, 20_000, 11_000, 27};
        StringBuilder label = new StringBuilder();
        int script = random.nextInt(firsts.length);
        for (int length = 1 + random.nextInt(12); length > 0; length--) {
            int from = random.nextInt(4) == 0 ? 0 : script;
            label.appendCodePoint(firsts[from] + random.nextInt(counts[from]));
        }
        return label.toString();
    }

    @Test
    void triesEverySpelling() {
        assertThat(Hosts.spellings("example.com")).containsExactly("example.com");
        assertThat(Hosts.spellings("EXAMPLE.com")).containsExactly("example.com");
        assertThat(Hosts.spellings("xn--fa-hia.example"))
                .containsExactly("xn--fa-hia.example", "fa\u00df.example");
        assertThat(Hosts.spellings("FA\u00df\u3002example"))
                .containsExactly("xn--fa-hia.example", "fa\u00df.example", "fa\u00df\u3002example");
        assertThat(Hosts.anySpelling("xn--fa-hia.example", text -> text.startsWith("fa\u00df")))
                .isTrue();
        assertThat(Hosts.anySpelling("example.com", text -> text.startsWith("f"))).isFalse();
    }

    @Test
    void takesAnyText() {
        Random random = new Random(2);
        List<String> pieces =
                List.of(
                        "xn--", "-", ".", "\u00fc", "\u200d", "[", "]", ":", "\ud83d", "\udca9",
                        "9z");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "xn--" : "");
            for (int length = random.nextInt(12); length > 0; length--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
                text.append((char) random.nextInt(random.nextBoolean() ? 128 : 65_536));
            }

            assertThat(Hosts.spellings(text.toString())).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\u00fc", "\ufdfa", "a\u0308", ".\u00fc", "\u3002", "\ud83d\udca9", "xn--"})
    void isQuickWithLongRubbish(String piece) {
        String text = piece.repeat(100_000);

        assertThat(Hosts.comparable(text)).isNotEmpty();
        assertThat(Hosts.isHost(text)).isFalse();
    }
}
