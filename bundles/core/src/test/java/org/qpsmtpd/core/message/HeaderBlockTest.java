package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.mail.HeaderField;

class HeaderBlockTest {
    private static final String HEADER =
            """
            Received: one
            \tfolded
            Subject:  two blanks \s
            no field at all
            X-Empty:
            X-Tight:x
            Obsolete : name
            : no name
            subject: again
            """
                    .replace("\n", "\r\n");

    private static HeaderBlock block(String text) {
        byte[] octets = (text + "\r\nbody").getBytes(StandardCharsets.ISO_8859_1);
        return new HeaderBlock(octets, text.length());
    }

    private static String text(HeaderBlock headers) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        headers.writeTo(out);
        assertThat(headers.size()).isEqualTo(out.size());
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "A: b\r\n",
                "\u00e9: \u0000\u00ff\r\n",
                " starts folded\r\nA: b\r\n",
                "no field\r\n",
                "A:\r\n \r\nB: c\r\n"
            })
    void keepsOctetsThatNobodyChanged(String header) throws IOException {
        HeaderBlock headers = block(header);
        assertThat(text(headers)).isEqualTo(header);

        assertThat(headers.count("Subject")).isZero();

        assertThat(text(headers)).isEqualTo(header);
    }

    @Test
    void readsFieldsAndKeepsTheRest() throws IOException {
        HeaderBlock headers = block(HEADER);

        assertThat(headers.fields())
                .containsExactly(
                        new HeaderField("Received", "one\r\n\tfolded"),
                        new HeaderField("Subject", " two blanks  "),
                        new HeaderField("X-Empty", ""),
                        new HeaderField("X-Tight", "x"),
                        new HeaderField("Obsolete", "name"),
                        new HeaderField("subject", "again"));
        assertThat(headers.count("SUBJECT")).isEqualTo(2);
        assertThat(headers.first("received").map(HeaderField::unfolded)).contains("one folded");
        assertThat(text(headers)).isEqualTo(HEADER);
    }

    @Test
    void removesAndAddsFieldsAndLeavesTheOthers() throws IOException {
        HeaderBlock headers = block(HEADER);

        assertThat(headers.remove("subject")).isEqualTo(2);
        headers.prepend("X-Second", "2");
        headers.prepend("X-First", "1");
        headers.append("X-Last", "3");

        String middle =
                HEADER.replace("Subject:  two blanks  \r\n", "").replace("subject: again\r\n", "");
        assertThat(text(headers))
                .isEqualTo("X-First: 1\r\nX-Second: 2\r\n" + middle + "X-Last: 3\r\n");
        assertThat(headers.remove("x-first")).isEqualTo(1);
        assertThat(headers.count("X-First")).isZero();
    }

    @Test
    void addsFieldsWithoutReadingTheOthers() throws IOException {
        HeaderBlock headers = block("Subject: s\r\n");

        headers.prepend("X-Top", "1");
        headers.append("X-Bottom", "2");

        assertThat(text(headers)).isEqualTo("X-Top: 1\r\nSubject: s\r\nX-Bottom: 2\r\n");
    }

    @Test
    void replacesAFieldInItsPlace() throws IOException {
        HeaderBlock headers = block(HEADER);

        headers.replace("SUBJECT", "new");

        assertThat(text(headers))
                .isEqualTo(
                        HEADER.replace("Subject:  two blanks  ", "SUBJECT: new")
                                .replace("subject: again\r\n", ""));
        headers.replace("X-Other", "1");
        headers.prepend("X-Top", "1");
        headers.replace("x-top", "2");
        headers.replace("X-Other", "2");
        assertThat(text(headers)).startsWith("x-top: 2\r\nReceived").endsWith("X-Other: 2\r\n");
    }

    @Test
    void replacesNothingByAFieldThatCannotBe() throws IOException {
        HeaderBlock headers = block(HEADER);

        assertThatThrownBy(() -> headers.replace("no name", "x"))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(text(headers)).isEqualTo(HEADER);
    }

    @Test
    void keepsOctetsOfAValueThatAPluginChanges() throws IOException {
        String every =
                "\u00e9t\u00e9 \u00c3\u00a9 \u00ef\u00bf\u00bd \u00f0\u009f\u0098\u0080"
                        + " \u00ed\u00a0\u0080 \u00c3(\u00e2\u0082x\u00ff\u00f0\u009f\u0098";
        HeaderBlock headers = block("Subject: " + every + "\r\nX-Raw: \u00e9\u00fe\r\nA: b\r\n");

        String value = headers.first("Subject").orElseThrow().value();
        headers.replace("Subject", "[list] " + value + " \uD83D\uDE00");

        assertThat(value)
                .contains("\u00e9 ")
                .doesNotContain("\uFFFD t")
                .startsWith("\uDCE9t\uDCE9");
        assertThat(text(headers))
                .isEqualTo(
                        "Subject: [list] "
                                + every
                                + " \u00f0\u009f\u0098\u0080\r\nX-Raw: \u00e9\u00fe\r\nA: b\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void makesAFieldOfTheMboxLine(boolean read) throws IOException {
        HeaderBlock headers = block("From \u00e9 foo\r\n bar\r\nFrom second\r\nA: b\r\n");
        if (read) {
            assertThat(headers.count("Mail-From")).isEqualTo(1);
        }

        assertThat(text(headers))
                .isEqualTo("Mail-From: \u00e9 foo\r\n bar\r\nFrom second\r\nA: b\r\n");
    }

    @Test
    void leavesAFieldOfTheOldSyntaxThatIsNamedFrom() throws IOException {
        HeaderBlock headers = block("From : a@b.c\r\nA: b\r\n");

        assertThat(headers.count("From")).isEqualTo(1);
        assertThat(text(headers)).isEqualTo("From : a@b.c\r\nA: b\r\n");
    }

    @Test
    void cleansWhatPluginsWrite() throws IOException {
        HeaderBlock headers = block("");

        headers.append(
                "X", "a\r\nEvil: b\n\tfolded\n \n  \r\n\nbody\u2028\u2029\u0085\u0000\u007f");

        assertThat(text(headers)).isEqualTo("X: aEvil: b\r\n\tfolded   body\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "a! b,      a! b",
        "a\r! b,    a! b",
        "a!\tb,     a!\tb",
        "a!b,       ab",
        "a!,        a",
        "a! b! c,   a! b! c",
        "a! ! b,    a ! b",
        "\u00e9,    \u00e9"
    })
    void keepsFoldingOnly(String value, String clean) {
        assertThat(FieldText.clean(value.replace('!', '\n'))).isEqualTo(clean.replace("!", "\r\n"));
    }

    @Test
    void neverWritesALineOfBlanks() {
        assertThat(FieldText.clean("a\n \n b").split("\r\n"))
                .allSatisfy(line -> assertThat(line).isNotBlank());
        assertThat(FieldText.clean("a\n \u0000\n b").split("\r\n"))
                .allSatisfy(line -> assertThat(line).isNotBlank());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\nb", "caf\u00e9", "a\u0000"})
    void refusesNamesThatAreNone(String name) {
        HeaderBlock headers = block("");

        assertThatThrownBy(() -> headers.append(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a header field name");
        assertThatThrownBy(() -> headers.prepend(name, "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void findsNamesWithoutReadingFields() {
        HeaderBlock headers = block("A: subject: x\r\nDKIM-Signature: y\r\n");

        assertThat(headers.mayContain("dkim-signature")).isTrue();
        assertThat(headers.mayContain("subject")).isFalse();
        assertThat(headers.mayContain("a")).isTrue();
        assertThat(block("").mayContain("a")).isFalse();
    }

    @Test
    void givesTheOctetsOfEachField() {
        HeaderBlock headers = block("A :  b \r\n\tc\r\n\u00e9: no name\r\nB:\u00ff\r\n");
        headers.prepend("X-Top", "1");

        assertThat(headers.octets())
                .extracting(octets -> new String(octets, StandardCharsets.ISO_8859_1))
                .containsExactly("X-Top: 1\r\n", "A :  b \r\n\tc\r\n", "B:\u00ff\r\n");
        headers.octets().get(1)[0] = 'Z';
        assertThat(headers.fields().get(1).name()).isEqualTo("A");
    }

    @ParameterizedTest
    @CsvSource({
        "0, N P A ? B L",
        "1, P N A ? B L",
        "2, P A ? N B L",
        "3, P A ? B N L",
        "4, P A ? B L N"
    })
    void insertsAFieldAtItsPlace(int index, String expected) throws IOException {
        HeaderBlock headers = block("A: 1\r\n? no field\r\nB: 2\r\n");
        headers.prepend("P", "0");
        headers.append("L", "3");

        headers.insert(index, "N", "new");

        assertThat(text(headers).lines().map(line -> line.substring(0, 1)))
                .containsExactly(expected.split(" "));
        assertThat(headers.fields().get(index).name()).isEqualTo("N");
    }

    @Test
    void changesOneOfSeveralFieldsOfAName() throws IOException {
        HeaderBlock headers = block("A:1\r\nB :2\r\na: 3\r\nA:\t4\r\n");

        headers.replace("a", 1, "new");
        headers.remove("A", 2);

        assertThat(text(headers)).isEqualTo("A:1\r\nB :2\r\na: new\r\n");
        assertThatThrownBy(() -> headers.replace("A", 2, "x"))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> headers.remove("A", -1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> headers.insert(4, "N", "x"))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(text(headers)).isEqualTo("A:1\r\nB :2\r\na: new\r\n");
    }
}
