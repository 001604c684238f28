package org.qpsmtpd.smtpclient;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both passes over a message, at every split: the look before and the guard on the way out. */
final class DotStuffingTest {
    private static final List<String> LINE_ENDS = List.of("\r\n", "\n", "\r");

    @Test
    void letsNoEndOfDataThroughInAnyVariantAtAnySplit() throws IOException {
        for (String before : LINE_ENDS) {
            for (String after : LINE_ENDS) {
                String message = "a" + before + "." + after + "MAIL FROM:<>\r\n";
                boolean clean = before.equals("\r\n") && after.equals("\r\n");
                for (int split = 0; split <= message.length(); split++) {
                    if (clean) {
                        assertThat(stuffed(message, split))
                                .isEqualTo("a\r\n..\r\nMAIL FROM:<>\r\n");
                    } else {
                        assertRefused(message, split);
                    }
                    assertThat(scan(message, split).hasBareLineEnd()).isEqualTo(!clean);
                }
            }
        }
    }

    @Test
    void refusesACrAtTheEnd() {
        assertRefused("a\r", 1);
        assertThat(scan("a\r", 1).hasBareLineEnd()).isTrue();
    }

    @Test
    void refusesTwoCrBeforeLf() {
        assertRefused("a\r\r\n", 2);
        assertThat(scan("a\r\r\n", 2).hasBareLineEnd()).isTrue();
    }

    @Test
    void keepsAllOtherOctets() throws IOException {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c == '\r' || c == '\n' ? "" : c);
        }

        assertThat(stuffed(all + "\r\n", 100)).isEqualTo(all + "\r\n");
    }

    @Test
    void countsWhatIsSent() {
        assertThat(scan("", 0).size()).isEqualTo(0);
        assertThat(scan("a\r\n", 1).size()).isEqualTo(3);
        assertThat(scan("a", 0).size()).isEqualTo(3);
    }

    @Test
    void seesEightBitOctets() {
        assertThat(scan("a\r\n", 1).hasEightBit()).isFalse();
        assertThat(scan("\u00e4a\r\n", 1).hasEightBit()).isTrue();
        assertThat(scan("a\u0080\r\n", 1).hasEightBit()).isTrue();
    }

    private static void assertRefused(String message, int split) {
        assertThatThrownBy(() -> stuffed(message, split)).isInstanceOf(BareLineEndException.class);
    }

    private static String stuffed(String message, int split) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DotStuffing stuffing = new DotStuffing(out);
        byte[] octets = message.getBytes(ISO_8859_1);
        stuffing.write(octets, 0, split);
        stuffing.write(octets, split, octets.length - split);
        stuffing.endLine();
        return out.toString(ISO_8859_1);
    }

    private static MessageScan scan(String message, int split) {
        MessageScan scan = new MessageScan();
        byte[] octets = message.getBytes(ISO_8859_1);
        scan.write(octets, 0, split);
        scan.write(octets, split, octets.length - split);
        return scan;
    }
}
