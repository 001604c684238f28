package org.qpsmtpd.dns.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Name;

class NamesTest {
    private static final String LABEL = "x".repeat(63);

    /** One octet less would be the longest name there is: 255 with lengths and the root. */
    private static final String TOO_LONG = (LABEL + ".").repeat(3) + "x".repeat(62);

    @ParameterizedTest
    @CsvSource({
        "example.com, example.com.",
        "Example.COM., example.com.",
        "a, a.",
        "_dmarc.a-b.example, _dmarc.a-b.example.",
        "2.0.0.127.zen.example, 2.0.0.127.zen.example.",
        "a!#/b.example, a!#/b.example.",
    })
    void isAbsoluteAndInLowerCase(String text, String name) throws Exception {
        assertThat(Names.parse(text)).contains(Name.fromString(name));
        assertThat(Names.parse(text).orElseThrow().toString()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "a\\.b.example, a\\.b.example.",
        "a\\065.example, aa.example.",
        "a\\200.example, a\\200.example.",
        "b\u00fccher.example, xn--bcher-kva.example.",
        "a\u3002example, a.example.",
    })
    void knowsEscapesAndOtherAlphabets(String text, String name) throws Exception {
        assertThat(Names.parse(text)).contains(Name.fromString(name));
    }

    @Test
    void theRootIsADot() {
        assertThat(Names.parse(".")).contains(Name.root);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", ".a", "a..b", "a b", "a\tb", "a\u007f", "a\\", "a\\25", "a\\256"})
    void thereAreNoOthers(String text) {
        assertThat(Names.parse(text)).isEmpty();
    }

    @Test
    void lengthsAreThoseOfTheDns() {
        assertThat(Names.parse(LABEL + ".example")).isPresent();
        assertThat(Names.parse("x" + LABEL + ".example")).isEmpty();
        assertThat(Names.parse(TOO_LONG)).isEmpty();
        assertThat(Names.parse(TOO_LONG.substring(1))).isPresent();
        assertThat(Names.parse(TOO_LONG.substring(1) + ".")).isPresent();
    }
}
