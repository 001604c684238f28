package org.qpsmtpd.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.peer.AnswerReader;
import org.qpsmtpd.api.peer.PeerFailure;

final class HttpAnswerTest {
    private static final String PLAIN = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    private final AnswerReader<HttpAnswer> reader = HttpReader.upTo(200).get();

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PLAIN,
                "HTTP/1.1 100 Continue\r\n\r\n" + PLAIN,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"
            })
    void readsAnAnswerWhoseEndIsKnown(String answer) {
        assertThat(reader.read(octets(answer))).contains(new HttpAnswer(200, "hi"));
        assertThat(reader.isLast()).isFalse();
    }

    @Test
    void readsOctetByOctet() {
        for (int i = 0; i < PLAIN.length() - 1; i++) {
            assertThat(reader.read(octets(PLAIN.substring(i, i + 1)))).isEmpty();
        }
        assertThat(reader.read(octets("i"))).contains(new HttpAnswer(200, "hi"));
    }

    @Test
    void readsUpToTheEndWhereNothingElseEndsIt() {
        assertThat(reader.read(octets("HTTP/1.0 200 OK\r\n\r\nhi"))).isEmpty();
        assertThat(reader.end()).contains(new HttpAnswer(200, "hi"));
        assertThat(reader.isLast()).isTrue();
    }

    @Test
    void readsThatThereIsNothingToSay() {
        assertThat(reader.read(octets("HTTP/1.1 204 No Content\r\n\r\n")))
                .contains(new HttpAnswer(204, ""));
    }

    @Test
    void isTheLastWithSomethingBehindIt() {
        assertThat(reader.read(octets(PLAIN + "more"))).isPresent();
        assertThat(reader.isLast()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 Broken\r\n\r\n",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"
            })
    void refusesWhatIsNoGoodAnswer(String answer) {
        assertThatThrownBy(() -> reader.read(octets(answer))).isInstanceOf(PeerFailure.class);
    }

    @Test
    void refusesOneThatIsTooLong() {
        var unused = reader.read(octets("HTTP/1.1 200 OK\r\n\r\n"));

        assertThatThrownBy(() -> reader.read(octets("x".repeat(200))))
                .hasMessage("its answer is longer than 200 octets");
    }

    @Test
    void isNoneThatEndsTooEarly() {
        assertThat(reader.read(octets("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"))).isEmpty();
        assertThat(reader.end()).isEmpty();
    }
}
