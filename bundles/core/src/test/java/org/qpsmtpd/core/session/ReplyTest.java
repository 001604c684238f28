package org.qpsmtpd.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Security row 11: whatever the text, it is one reply. */
class ReplyTest {
    private static String wire(Reply reply, boolean utf8) {
        ByteBuf out = Unpooled.buffer();
        reply.writeTo(out, utf8);
        String text = out.toString(StandardCharsets.UTF_8);
        out.release();
        return text;
    }

    @Test
    void writesCodeEnhancedCodeAndText() {
        assertThat(wire(Reply.of(250, "2.1.0", "fine"), false)).isEqualTo("250 2.1.0 fine\r\n");
        assertThat(wire(Reply.plain(354, "go ahead"), false)).isEqualTo("354 go ahead\r\n");
    }

    @Test
    void writesEachLineWithTheCode() {
        assertThat(wire(Reply.of(550, "5.7.1", "one\ntwo\nthree"), false))
                .isEqualTo("550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "550, go (#5.1.1),    5.1.1",
        "450, go (#5.1.1),    4.7.1",
        "550, go (#5.1.1) on, 5.7.1",
        "550, go (#5.1),      5.7.1",
        "550, go (#5.1.1.1),  5.7.1",
        "550, go (#5.x.1),    5.7.1",
        "550, go (#5.1.1234), 5.7.1",
        "550, go,             5.7.1",
        "250, yes (#2.1.5),   2.1.5"
    })
    void takesTheEnhancedCodeFromTheText(int code, String text, String enhanced) {
        assertThat(Reply.coded(code, "7.1", text).enhanced()).isEqualTo(enhanced);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\n250 OK",
                "a\rb",
                "\u001b[2J",
                "\u0000",
                "\u0085\u2028\u2029",
                "\u007f",
                "\t"
            })
    void writesNoControlCharacter(String text) {
        String[] lines = wire(Reply.of(550, "5.7.1", text), true).split("\r\n", -1);

        for (int i = 0; i < lines.length - 1; i++) {
            assertThat(lines[i]).startsWith("550").doesNotMatch(".*[\\p{Cntrl}\\u2028\\u2029].*");
        }
        assertThat(lines[lines.length - 1]).isEmpty();
    }

    @Test
    void writesOnlyAsciiUnlessAskedFor() {
        assertThat(wire(Reply.of(550, "5.7.1", "caf\u00e9"), false))
                .isEqualTo("550 5.7.1 caf?\r\n");
        assertThat(wire(Reply.of(550, "5.7.1", "caf\u00e9"), true))
                .isEqualTo("550 5.7.1 caf\u00e9\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\u00e9", "\u20ac", "\ud83d\ude00", "x\u0000"})
    void keepsLinesWithin512Octets(String piece) {
        String line = wire(Reply.of(550, "5.123.123", piece.repeat(2000)), true);

        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(300, 512);
        assertThat(line).endsWith("\r\n").doesNotContain("\ufffd");
    }

    @Test
    void writesAHundredLinesAtMost() {
        assertThat(wire(Reply.plain(550, "x\n".repeat(100_000)), false).split("\r\n")).hasSize(100);
    }

    @Test
    void showsItselfInTheLogLineByLine() {
        assertThat(Reply.of(550, "5.7.1", "one\ntwo").logLines())
                .containsExactly("550-5.7.1 one", "550 5.7.1 two");
    }
}
