package org.qpsmtpd.plugin.spamassassin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.mail.HeaderField;
import org.qpsmtpd.api.peer.PeerFailure;
import org.qpsmtpd.api.session.SpamStatus;

final class SpamdAnswerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    No, score=-5.4 required=4.0 autolearn=ham          | false | -5.4   | 4.0 | ham
                    No, score=-8.2 required=4.0 autolearn=ham          | false | -8.2   | 4.0 | ham
                    No, score=-102.3 required=4.0 autolearn=disabled   | false | -102.3 | 4.0 | disabled
                    No, score=4.4 required=5.0 autolearn=no            | false | 4.4    | 5.0 | no
                    Yes, score=14.3 required=5.0 autolearn=no          | true  | 14.3   | 5.0 | no
                    Yes, score=18.3 required=5.0 autolearn=spam        | true  | 18.3   | 5.0 | spam
                    Yes, score=26.6 required=4.0 autolearn=unavailable | true  | 26.6   | 4.0 | unavailable
                    No, score=-1.7 required=4.0 autolearn=unavailable version=3.3.2 | false | -1.7 | 4.0 | unavailable
                    No, hits=-1.0 required=4.0 autolearn=unavailable   | false | -1.0   | 4.0 | unavailable
                    No, score=-0.1 required=5.0 tests=AWL,BAYES_00,X_Y autolearn=no version=3.3.2 | false | -0.1 | 5.0 | no
                    """)
    void readsTheStatus(
            String value, boolean isSpam, double score, double required, String autolearn) {
        assertThat(SpamdAnswer.status(value))
                .isEqualTo(new SpamStatus(isSpam, score, required, autolearn));
    }

    @Test
    void readsFoldedFields() {
        SpamdAnswer answer =
                SpamdAnswer.parse(
                        StandInSpamd.whole(
                                """
                                X-Spam-Status: Yes, score=7.5 required=5.0 tests=A,
                                \tB autolearn=no
                                Received: from x by y
                                \tno field of ours
                                X-Spam-Level: *******"""));

        assertThat(answer.status()).isEqualTo(new SpamStatus(true, 7.5, 5.0, "no"));
        assertThat(answer.fields())
                .containsExactly(
                        new HeaderField(
                                "X-Spam-Status",
                                "Yes, score=7.5 required=5.0 tests=A,\r\n\tB autolearn=no"),
                        new HeaderField("X-Spam-Level", "*******"));
    }

    /** spamd says its length in octets. */
    @Test
    void readsFieldsInUtf8() {
        String answer =
                StandInSpamd.whole(
                        "X-Spam-Status: No, score=1 required=5\nSubject: \u00fc\u20ac\n"
                                + "X-Spam-Report: \u20ac");

        assertThat(SpamdAnswer.parse(new String(answer.getBytes(UTF_8), ISO_8859_1)).fields())
                .contains(new HeaderField("X-Spam-Report", "\u20ac"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\n\r\nX-Spam-Status: No, score=1 required=5\r\n",
                "SPAMD/1.0 76 EX_PROTOCOL\r\n\r\n",
                "SPAMD/1.1 0 EX_OK\r\n\r\n\r\n",
                "SPAMD/1.1 0 EX_OK\r\n\r\nX-Spam-Status: No, score=nan required=5\r\n\r\n",
                "SPAMD/1.1 0 EX_OK\r\n\r\nX-Spam-Status: No, score=5\r\n\r\n",
                "SPAMD/1.1 0 EX_OK\r\nContent-length: 999\r\n\r\nX-Spam-Status: No, score=1 required=5\r\n",
                "SPAMD/1.1 0 EX_OK\r\nContent-length: 9",
                "\0\1\2\377\r\n"
            })
    void refusesWhatIsNoAnswer(String text) {
        assertThatThrownBy(() -> SpamdAnswer.parse(text))
                .isInstanceOf(PeerFailure.class)
                .hasMessageStartingWith("spamd: ");
    }

    @Test
    void boundsTheNumberOfFields() {
        StringBuilder fields = new StringBuilder("X-Spam-Status: No, score=1 required=5");
        for (int i = 0; i < 200; i++) {
            fields.append("\nX-Spam-F").append(i).append(": x");
        }

        assertThatThrownBy(() -> SpamdAnswer.parse(StandInSpamd.whole(fields.toString())))
                .hasMessageContaining("more than 100 fields");
    }
}
