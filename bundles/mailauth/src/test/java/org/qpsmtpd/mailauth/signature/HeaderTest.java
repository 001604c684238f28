package org.qpsmtpd.mailauth.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeaderTest {
    private static Header header(String... fields) {
        return Header.of(
                List.of(fields).stream()
                        .map(field -> field.getBytes(StandardCharsets.ISO_8859_1))
                        .toList());
    }

    private static String form(Canonicalization way, String field) {
        SignedHeader signed = new SignedHeader(way);
        signed.add(header(field).fields());
        return text(signed);
    }

    private static String text(SignedHeader signed) {
        return new String(signed.array(), 0, signed.length(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A: X~ | a:X~",
                "B : Y\t~\tZ  ~ | b:Y Z~",
                "subJECT  \t:\tone  two\t \t~ | subject:one two~",
                "a:~ | a:~",
                "a:~ ~ | a:~",
                "a:  ~ b~ | a:b~",
                "a:b\u00e9\u00a0 ~ | a:b\u00e9\u00a0~",
                "a: b:c ~ | a:b:c~",
            })
    void relaxes(String field, String expected) {
        assertThat(form(Canonicalization.RELAXED, field.replace("~", "\r\n")))
                .isEqualTo(expected.replace("~", "\r\n"));
    }

    @Test
    void leavesTheSimpleFormAsItIs() {
        String field = "SubJect \t: \r\n\ta  b \r\n";
        assertThat(form(Canonicalization.SIMPLE, field)).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"SIMPLE, 'S : a; b=; c\t'", "RELAXED, 's:a; b=; c'"})
    void takesAPartAway(Canonicalization way, String expected) {
        Field field = header("S : a; b= x \r\n y ; c\t\r\n").fields().get(0);
        int from = field.value().indexOf("b=") + 2;
        SignedHeader signed = new SignedHeader(way);
        signed.end(field, from, field.value().indexOf("; c"));
        assertThat(text(signed)).isEqualTo(expected);
    }

    @Test
    void choosesFromTheBottomUp() {
        Header header = header("a: 1\r\n", "s: own\r\n", "A: 2\r\n", "b: 3\r\n", "s: other\r\n");
        Field own = header.fields().get(1);

        List<Field> chosen =
                header.select(List.of("a", "b", "a", "a", "s", "s", "none", "none"), own);
        assertThat(chosen.stream().map(Field::value)).containsExactly(" 2", " 3", " 1", " other");
    }

    @Test
    void leavesOutWhatIsNoField() {
        assertThat(header("no field\r\n", ": x\r\n", "a:\r\n").fields()).hasSize(1);
    }

    @Test
    void splitsAMessage() {
        MessageText text = split("A: 1\r\n b\r\nC: 2\r\n\r\nbody\r\n");
        assertThat(text.fields()).hasSize(2);
        assertThat(text.bodyStart()).isEqualTo(18);
        assertThat(split("A: 1\r\nbody: is, not body").fields()).hasSize(2);
        assertThat(split("A: 1\r\nno field\r\n").bodyStart()).isEqualTo(6);
        assertThat(split("").fields()).isEmpty();
        assertThat(split("\r\nx").bodyStart()).isEqualTo(2);
    }

    private static MessageText split(String text) {
        return new MessageText(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
