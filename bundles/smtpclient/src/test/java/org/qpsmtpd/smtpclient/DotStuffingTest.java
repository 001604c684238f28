package org.qpsmtpd.smtpclient;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
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

    /** Octets that differ from those that matter in one bit, too. */
    @Test
    void doesWithManyOctetsAsWithEach() throws IOException {
        String octets = "\r\n\n\r..aa\t\u008a\u008d\u00ae\u000b\u000c/";
        Random random = new Random(5321);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder message = new StringBuilder();
            for (int length = random.nextInt(60); message.length() < length; ) {
                boolean isEnd = random.nextInt(4) == 0;
                int at = random.nextInt(octets.length());
                message.append(isEnd ? "\r\n" : round % 2 == 0 ? "." : octets.charAt(at));
            }
            String whole = message + "\r\n";
            int split = random.nextInt(whole.length());
            boolean bare = whole.matches("(?s).*(\r(?!\n)|(?<!\r)\n).*");
            assertThat(scan(whole, split).hasBareLineEnd()).as(whole).isEqualTo(bare);
            if (bare) {
                assertRefused(whole, split);
            } else {
                assertThat(stuffed(whole, split)).isEqualTo(whole.replaceAll("(?m)^\\.", ".."));
            }
        }
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
