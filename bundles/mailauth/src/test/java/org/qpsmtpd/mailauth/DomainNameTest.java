package org.qpsmtpd.mailauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainNameTest {
    private static final String LABEL_OF_63 = "a".repeat(63);

    @ParameterizedTest
    @CsvSource({
        "Example.ORG, example.org",
        "example.org., example.org",
        "b\u00FCcher.example, xn--bcher-kva.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
        "_spf.example.org, _spf.example.org"
    })
    void givesTheNameThatTheDnsHas(String text, String name) {
        assertThat(DomainName.of(text)).contains(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "a..b", ".a", "a..", "a b.example", "a\u0000.b", "[192.0.2.1]"})
    void refusesWhatIsNoName(String text) {
        assertThat(DomainName.of(text)).isEmpty();
    }

    @Test
    void keepsToTheLengthsOfTheDns() {
        String name = LABEL_OF_63 + "." + LABEL_OF_63 + "." + LABEL_OF_63 + "." + "a".repeat(61);

        assertThat(DomainName.of(name)).contains(name);
        assertThat(DomainName.of(name + "a")).isEmpty();
        assertThat(DomainName.of(LABEL_OF_63 + "a.example")).isEmpty();
        assertThat(DomainName.of("\u00FC".repeat(100_000))).isEmpty();
    }

    @Test
    void spellsAsItWasGiven() {
        assertThat(DomainName.spelled("Example.ORG.")).contains("Example.ORG");
    }

    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, true",
        "a.example.org, example.org, true",
        "notexample.org, example.org, false",
        "example.org, a.example.org, false"
    })
    void tellsWhatLiesBelow(String name, String other, boolean is) {
        assertThat(DomainName.isAtOrBelow(name, other)).isEqualTo(is);
    }
}
