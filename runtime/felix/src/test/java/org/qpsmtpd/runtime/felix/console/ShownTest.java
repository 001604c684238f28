package org.qpsmtpd.runtime.felix.console;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShownTest {
    private final Shown shown = new Shown();

    private String show(byte[] octets) {
        return shown.of(ByteBuffer.wrap(octets));
    }

    @Test
    void leavesTextAsItIs() {
        String text = "a\tb\nGr\u00fc\u00dfe \u4f60 \ud83d\ude00 \\\n";
        assertThat(show(text.getBytes(UTF_8))).isEqualTo(text);
        assertThat(Shown.of(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "001b, \\x1B",
        "0000, \\x00",
        "000d, \\x0D",
        "007f, \\x7F",
        "009b, \\x9B",
        "0085, \\x85",
        "202e, \\u202E",
        "200b, \\u200B",
        "2028, \\u2028",
        "feff, \\uFEFF"
    })
    void spellsOutWhatSteersATerminal(String point, String expected) {
        String text = "a" + Character.toString(Integer.parseInt(point, 16)) + "b";
        assertThat(show(text.getBytes(UTF_8))).isEqualTo("a" + expected + "b");
        assertThat(Shown.of(text)).isEqualTo("a" + expected + "b");
    }

    @Test
    void spellsOutControlsBeyondTheFirstPlane() {
        assertThat(Shown.of(Character.toString(0xE0041))).isEqualTo("\\uDB40\\uDC41");
    }

    @Test
    void showsOctetsThatAreNoUtf8() {
        assertThat(show("\u009b2J\u00ff\u00c0\u00afz".getBytes(ISO_8859_1)))
                .isEqualTo("\\x9B2J\\xFF\\xC0\\xAFz");
    }

    @Test
    void joinsCharactersThatAreCut() {
        byte[] octets = "\u4f60\ud83d\ude00\u009b\n".getBytes(UTF_8);
        StringBuilder all = new StringBuilder();
        for (byte octet : octets) {
            all.append(show(new byte[] {octet}));
        }
        assertThat(all).hasToString("\u4f60\ud83d\ude00\\x9B\n");
    }
}
