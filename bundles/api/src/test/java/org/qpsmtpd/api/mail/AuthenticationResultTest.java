package org.qpsmtpd.api.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationResultTest {
    private static String mailFrom(String value) {
        String text =
                AuthenticationResult.of("spf", "pass").with("smtp", "mailfrom", value).toString();
        return text.substring("spf=pass smtp.mailfrom=".length());
    }

    @Test
    void hasItsPartsInTheOrderOfTheGrammar() {
        AuthenticationResult result =
                AuthenticationResult.of("dmarc", "fail")
                        .with("header", "from", "example.org")
                        .with("policy", "dmarc", "reject")
                        .because("not aligned")
                        .commented("p=reject");

        assertThat(result)
                .hasToString(
                        "dmarc=fail (p=reject) reason=\"not aligned\""
                                + " header.from=example.org policy.dmarc=reject");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.org", "user@example.org", "@example.org", "a+b_c@x", "192.0.2.1"})
    void plainValuesStandAsTheyAre(String value) {
        assertThat(mailFrom(value)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'a b@x', '\"a b@x\"'",
                "'a@b@c', '\"a@b@c\"'",
                "'.a@x', '\".a@x\"'",
                "'a@', '\"a@\"'",
                "'2001:db8::1', '\"2001:db8::1\"'",
                "'a/b+c=', '\"a/b+c=\"'",
                "'a\"b\\c', '\"a\\\"b\\\\c\"'",
                "'a;dkim=pass', '\"a;dkim=pass\"'",
                "'caf\u00e9.example', '\"caf?.example\"'",
                "' ', '\" \"'"
            })
    void otherValuesAreQuoted(String value, String shown) {
        assertThat(mailFrom(value)).isEqualTo(shown);
    }

    @Test
    void nothingLeavesItsPlace() {
        String evil = "x\r\nX-Evil: (y) \"z\"\0; spf=pass";

        assertThat(
                        AuthenticationResult.of("spf", "fail")
                                .commented(evil)
                                .because(evil)
                                .with("smtp", "mailfrom", evil))
                .hasToString(
                        "spf=fail (xX-Evil: \\(y\\) \"z\"; spf=pass)"
                                + " reason=\"xX-Evil: (y) \\\"z\\\"; spf=pass\""
                                + " smtp.mailfrom=\"xX-Evil: (y) \\\"z\\\"; spf=pass\"");
    }

    @Test
    void longTextsAreCutAndEmptyOnesLeftOut() {
        assertThat(mailFrom("x".repeat(1000))).hasSize(256);
        assertThat(AuthenticationResult.of("a", "b").because("").with("smtp", "helo", ""))
                .hasToString("a=b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a=b", "a;b", "\u00e9"})
    void wordsAreLettersDigitsAndHyphens(String word) {
        assertThatThrownBy(() -> AuthenticationResult.of("spf", word))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no word");
    }
}
