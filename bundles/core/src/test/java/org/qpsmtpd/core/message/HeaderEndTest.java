package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderEndTest {
    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static HeaderEnd found(String message) {
        HeaderEnd end = new HeaderEnd();
        byte[] octets = octets(message);
        end.find(octets, octets.length);
        end.finish(octets.length);
        return end;
    }

    /** The bar is where the header ends; {@code !} stands for CRLF, {@code %} for NUL. */
    @ParameterizedTest
    @CsvSource({
        "'A: b!|!body!'",
        "'A: b! folded!\t!C:d!|!body!'",
        "'|!body!'",
        "'|!!'",
        "'| by trusted.example.com with ESMTPSA!A: b!!body!'",
        "'|\tby trusted!A: b!'",
        "'|: no name!A: b!!body!'",
        "'|a monitoring text!'",
        "'|a monitoring text!!A: b!!body!'",
        "'A: b!|no field!C: d!!body!'",
        "'A: b!|: no name!!body!'",
        "'A: b!|.!C: d!!body!'",
        "'A: b!\u00e9: d!|!body!'",
        "'|%A: b!!body!'",
        "'|A%: b'",
        "'A: %b!|!body!'",
        "'A: b!|C! D: e!!body!'",
        "'Old : b!|!body!'",
        "'From a@b.c Thu Jan  1!A: b!|!body!'",
        "'From a@b.c! folded!A: b!|!body!'",
        "'|From a@b.c! folded!no field!!body!'",
        "'|From now on!!body!'",
        "'|From the server: all is well!'",
        "'From : a@b.c!|!body!'",
        "'A: b!|From a@b.c!C: d!!body!'",
        "'A: b!C: d!|'",
        "'A: b!C: d|'",
        "'A: b!|C'",
        "'|'"
    })
    void findsIt(String marked) {
        String text = marked.replace("!", "\r\n").replace('%', '\0');
        int expected = text.indexOf('|');
        byte[] octets = octets(text.replace("|", ""));

        for (int first = 0; first <= octets.length; first++) {
            HeaderEnd end = new HeaderEnd();
            if (!end.find(octets, first)) {
                assertThat(end.length()).isLessThanOrEqualTo(first);
                end.find(octets, octets.length);
            }
            end.finish(octets.length);

            assertThat(end.length()).as("cut at %s", first).isEqualTo(expected);
            assertThat(end.isBroken()).isFalse();
        }
    }

    @Test
    void countsLines() {
        assertThat(found("A: b\r\n folded\r\nC: d\r\n\r\nbody\r\n").lines()).isEqualTo(3);
        assertThat(found("text\r\n").lines()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {998, 1000, 100_000})
    void takesNoLineForAFieldWhoseNameIsLongerThanALine(int length) {
        String name = "n".repeat(length);
        HeaderEnd end = new HeaderEnd();
        byte[] octets = octets("A: b\r\n" + name);

        assertThat(end.find(octets, octets.length)).isEqualTo(length > 998);
        assertThat(end.length()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A: b\nC: d\r\n\r\n",
                "A: b\rC: d\r\n\r\n",
                "A: b\r\r\n\r\n",
                "A: b\r\n\rC: d\r\n\r\n",
                "A: b\n\nbody\r\n",
                "\nbody"
            })
    void seesLineEndsThatNotAllReadersTakeForOnes(String message) {
        byte[] octets = octets(message);
        for (int first = 0; first <= octets.length; first++) {
            HeaderEnd end = new HeaderEnd();
            end.find(octets, first);
            end.find(octets, octets.length);

            assertThat(end.isBroken()).isTrue();
        }
    }
}
