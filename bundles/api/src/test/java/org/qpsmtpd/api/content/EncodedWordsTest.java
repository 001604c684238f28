package org.qpsmtpd.api.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {
    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '"',
            delimiter = '|',
            value = {
                "plain|plain",
                "=?utf-8?q?caf=C3=A9?=|café",
                "=?UTF-8?B?Y2Fmw6k=?= au lait|café au lait",
                "=?iso-8859-1*fr?Q?caf=E9_noir?=|café noir",
                "=?utf-8?B?Y2Fmww==?= =?utf-8?B?qQ==?=|café",
                "=?utf-8?q?a?=  =?iso-8859-1?q?b?= c|ab c",
                "a =?utf-8?q?b?= c|a b c",
                "=?unheard-of?q?caf=C3=A9?=|café",
                "=?utf-8?x?a?=|=?utf-8?x?a?=",
                "=?utf-8?q?a|=?utf-8?q?a",
                "=?utf-8?q?a?b?=|=?utf-8?q?a?b?=",
                "=?=?utf-8?q?a?=|=?a",
                "=?utf-8?b?Y2Fm*w6k?=|café",
                "=?utf-8?q?a=4?=|a=4",
                "=?utf-8?q?é?=|é"
            })
    void readsThem(String written, String read) {
        assertThat(EncodedWords.decode(written)).isEqualTo(read);
    }

    @Test
    void takesTimeInLineWithTheText() {
        String many = "=?utf-8?q?".repeat(50_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(EncodedWords.decode(many)).isEqualTo(many));
    }
}
