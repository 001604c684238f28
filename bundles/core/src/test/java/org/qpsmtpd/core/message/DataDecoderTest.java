package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.core.message.DataDecoder.State;

class DataDecoderTest {
    private static final String TAIL = "MAIL FROM:<smuggled@evil.test>\r\n.\r\n";

    /** What came out of a decoder that was fed piece by piece. */
    private record Outcome(State state, String text, int consumed, long lines) {}

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String ends(String name) {
        return name.replace("CR", "\r").replace("LF", "\n");
    }

    /** Feeds pieces that end at the given places, each in an array with rubbish around it. */
    private static Outcome decode(DataDecoder decoder, byte[] data, int... cuts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int consumed = 0;
        int from = 0;
        for (int i = 0; i <= cuts.length && decoder.state() == State.OPEN; i++) {
            int to = i < cuts.length ? cuts[i] : data.length;
            byte[] array = new byte[to - from + 20];
            Arrays.fill(array, (byte) '\n');
            System.arraycopy(data, from, array, 10, to - from);
            int end = decoder.decode(array, 10, 10 + to - from);
            out.write(array, 10, end - 10);
            consumed += decoder.consumed();
            from = to;
        }
        String text = out.toString(StandardCharsets.ISO_8859_1);
        return new Outcome(decoder.state(), text, consumed, decoder.lines());
    }

    private static int[] everyOctet(int length) {
        int[] cuts = new int[length];
        Arrays.setAll(cuts, i -> i);
        return cuts;
    }

    @ParameterizedTest
    @CsvSource({
        "CRLF, CRLF",
        "CRLF, LF",
        "CRLF, CR",
        "LF, CRLF",
        "LF, LF",
        "LF, CR",
        "CR, CRLF",
        "CR, LF",
        "CR, CR"
    })
    void endsOnlyAtCrlfDotCrlfHoweverItIsCut(String before, String after) {
        String body = "Subject: s\r\n\r\nline";
        String upToDot = body + ends(before) + ".";
        byte[] data = octets(upToDot + ends(after) + TAIL);
        boolean good = before.equals("CRLF") && after.equals("CRLF");

        for (int cut = 0; cut <= data.length; cut++) {
            Outcome outcome = decode(DataDecoder.forData(), data, cut);

            assertThat(outcome.state()).isEqualTo(good ? State.ENDED : State.BROKEN);
            assertThat(outcome.consumed())
                    .isLessThanOrEqualTo(upToDot.length() + ends(after).length() + 1);
            assertThat(outcome.text()).doesNotContain("AIL FROM");
            if (good) {
                assertThat(outcome.text()).isEqualTo(body + "\r\n");
                assertThat(outcome.consumed()).isEqualTo(body.length() + 5);
            }
        }
        Outcome single = decode(DataDecoder.forData(), data, everyOctet(data.length));
        assertThat(single.state()).isEqualTo(good ? State.ENDED : State.BROKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n.\r\n",
                ".\r\n",
                "a\r\n..\r\n.\r\n",
                "..a\r\n.b\r\n...\r\n.\r\n",
                "0123456789abcdef\r\n.0123456789abcdef\r\n..\r\n.\r\n",
                "\r\n\r\n\r\n.\r\n"
            })
    void givesTheSameHoweverItIsCut(String message) {
        byte[] data = octets(message + TAIL);
        Outcome whole = decode(DataDecoder.forData(), data);

        assertThat(whole).isEqualTo(decode(DataDecoder.forData(), data, everyOctet(data.length)));
        for (int first = 0; first <= data.length; first++) {
            for (int second = first; second <= data.length; second++) {
                assertThat(decode(DataDecoder.forData(), data, first, second)).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "..dot,     .dot",
        ".single,   single",
        "...three,  ..three",
        "..,        .",
        "a.b.,      a.b.",
        "'. ',      ' '"
    })
    void takesOneDotFromTheBeginningOfALine(String sent, String stored) {
        Outcome outcome = decode(DataDecoder.forData(), octets(sent + "\r\n.\r\n"));

        assertThat(outcome.text()).isEqualTo(stored + "\r\n");
    }

    @Test
    void keepsNulAndEightBitOctets() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            if (c != '\r' && c != '\n') {
                all.append(c);
            }
        }

        Outcome outcome = decode(DataDecoder.forData(), octets(all + "\r\n.\r\n"));

        assertThat(outcome.text()).isEqualTo(all + "\r\n");
    }

    @Test
    void takesDotsInChunksAsTheyAre() {
        DataDecoder decoder = DataDecoder.forChunks(false);

        Outcome outcome = decode(decoder, octets("a\r\n.\r\n..\r\n"));

        assertThat(outcome.state()).isEqualTo(State.OPEN);
        assertThat(outcome.text()).isEqualTo("a\r\n.\r\n..\r\n");
        assertThat(decoder.isWhole()).isTrue();
    }

    @Test
    void isNotWholeBetweenCrAndLf() {
        DataDecoder decoder = DataDecoder.forChunks(false);

        decode(decoder, octets("a\r"));

        assertThat(decoder.isWhole()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "\n", "\r\r\n", "a\r\r\n"})
    void refusesBareCrAndLfInTextChunks(String chunk) {
        assertThat(decode(DataDecoder.forChunks(false), octets(chunk + "x")).state())
                .isEqualTo(State.BROKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "\n", "\r\r\n", "a\r\r\n", "\r", "\n.\n", "\r.\r"})
    void takesAnythingInBinaryChunks(String chunk) {
        byte[] data = octets(chunk);
        DataDecoder decoder = DataDecoder.forChunks(true);

        assertThat(decode(decoder, data, everyOctet(data.length)).text()).isEqualTo(chunk);
        assertThat(decoder.state()).isEqualTo(State.OPEN);
        assertThat(decoder.isWhole()).isTrue();
    }

    /** RFC 5321 read aloud: whole lines, one octet after the other. */
    private static Outcome reference(String data) {
        StringBuilder out = new StringBuilder();
        long lines = 0;
        int at = 0;
        while (true) {
            int end = at;
            while (end < data.length() && data.charAt(end) != '\r' && data.charAt(end) != '\n') {
                end++;
            }
            if (end + 1 >= data.length() && (end == data.length() || data.charAt(end) == '\r')) {
                return new Outcome(State.OPEN, "", data.length(), lines);
            }
            if (data.charAt(end) != '\r' || data.charAt(end + 1) != '\n') {
                return new Outcome(State.BROKEN, "", 0, lines);
            }
            String line = data.substring(at, end);
            if (line.equals(".")) {
                return new Outcome(State.ENDED, out.toString(), end + 2, lines);
            }
            out.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
            lines++;
            at = end + 2;
        }
    }

    @Test
    void agreesWithAPlainDecoder() {
        Random random = new Random(42);
        String[] tokens = {"\r\n", "\r\n", "\r\n", ".", "..", "a", "bc", "0123456789", "\r", "\n"};
        int ended = 0;
        for (int round = 0; round < 50_000; round++) {
            int kinds = round % 4 == 0 ? tokens.length : tokens.length - 2;
            StringBuilder data = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                data.append(tokens[random.nextInt(kinds)]);
            }
            data.append("\r\n.\r\n").append("QUIT\r\n");
            int[] cuts = random.ints(3, 0, data.length() + 1).sorted().toArray();

            Outcome expected = reference(data.toString());
            Outcome outcome = decode(DataDecoder.forData(), octets(data.toString()), cuts);

            assertThat(outcome.state()).as("%s", data).isEqualTo(expected.state());
            if (expected.state() == State.ENDED) {
                ended++;
                assertThat(outcome).as("%s", data).isEqualTo(expected);
            }
        }
        assertThat(ended).isGreaterThan(25_000);
    }
}
