package org.qpsmtpd.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of RFC 4013 section 3, and more. */
class SaslPrepTest {
    @ParameterizedTest
    @CsvSource({
        "I\u00adX, IX",
        "user, user",
        "USER, USER",
        "\u00aa, a",
        "\u2168, IX",
        "a\u00a0b, a b",
        "a\u3000b, a b",
        "p\u00e4ss, p\u00e4ss",
        "pa\u0308ss, p\u00e4ss",
        "\u0627a\u0308\u0627, ",
        "\u05d0\u05d1, \u05d0\u05d1"
    })
    void mapsAndNormalizes(String text, String prepared) {
        assertThat(SaslPrep.prepare(text).orElse(null)).isEqualTo(prepared);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0007",
                "\u06271",
                "a\u0000b",
                "a\u007fb",
                "a\ufffdb",
                "a\ue000b",
                "a\u202eb"
            })
    void refusesWhatIsForbidden(String text) {
        assertThat(SaslPrep.prepare(text)).isEmpty();
    }

    @Test
    void preparesSecrets() {
        assertThat(SaslPrep.prepare(Secret.of("a\u00a0b")).orElseThrow().text()).isEqualTo("a b");
        assertThat(SaslPrep.prepare(Secret.of("plain")).orElseThrow().text()).isEqualTo("plain");
        assertThat(SaslPrep.prepare(Secret.of("a\u0000b"))).isEmpty();
    }
}
