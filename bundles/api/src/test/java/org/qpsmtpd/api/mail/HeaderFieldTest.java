package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

class HeaderFieldTest {
    @ParameterizedTest
    @CsvSource({
        "' plain ',          plain",
        "'a\r\n b',          a b",
        "'a\n\tb\r\n  c ',   a b c",
        "'\r\n a',           a",
        "'a\r\n \r\n b',     a b",
        "'',                 ''"
    })
    void unfolds(String value, String line) {
        assertThat(new HeaderField("X", value).unfolded()).isEqualTo(line);
    }

    @Test
    void looksParametersUpInAnyCase() {
        Parameters parameters = new Parameters(Map.of("size", "5", "smtputf8", ""));

        assertThat(parameters.get("SIZE")).contains("5");
        assertThat(parameters.has("SmtpUtf8")).isTrue();
        assertThat(parameters.get("body")).isEmpty();
        assertThat(Parameters.NONE.values()).isEmpty();
    }
}
