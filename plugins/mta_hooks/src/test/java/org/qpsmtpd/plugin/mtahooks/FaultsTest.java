package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.StandIn;

/** Services that do not answer, or not as they should. */
@Timeout(60)
final class FaultsTest {
    private static final String ACCEPT = "{\"action\":\"accept\"}";

    private final CountDownLatch end = new CountDownLatch(1);
    private Sessions session;

    @BeforeEach
    void open() throws IOException {
        session = new Sessions();
    }

    @AfterEach
    void close() {
        end.countDown();
        session.close();
    }

    private static void assertDeferred(HookResult answer) {
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.text())
                .isEqualTo("The mail filter is not available, try again later (#4.7.1)");
        assertThat(answer.reason()).startsWith("error: not scanned: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "[]",
                "null",
                "\"accept\"",
                "{}",
                "{} {}",
                "{\"action\":null}",
                "{\"action\":\"ACCEPT\"}",
                "{\"action\":\"explode\"}",
                "{\"action\":[\"accept\"]}",
                "{\"action\":\"accept\",\"modifications\":{}}",
                "{\"action\":\"accept\",\"modifications\":\"none\"}",
                "{\"action\":\"reject\",\"response\":[]}",
                "{\"action\":\"reject\",\"response\":{\"status\":250}}",
                "{\"action\":\"reject\",\"response\":{\"status\":600}}",
                "{\"action\":\"reject\",\"response\":{\"status\":550.5}}",
                "{\"action\":\"reject\",\"response\":{\"status\":\"550\"}}"
            })
    void defersWhereTheAnswerIsNone(String json) throws IOException {
        assertDeferred(session.answerTo(json));
        HookResult skipped = session.answerTo(json, "on_error", "skip");
        assertThat(skipped.action()).isEqualTo(Action.DECLINED);
        assertThat(skipped.reason()).startsWith("error: not scanned: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 Who are you\r\nContent-Length: 0\r\n\r\n",
                "220 mx.example.org ESMTP\r\n\r\n"
            })
    void defersWhereItIsNoGoodAnswerOfHttp(String answer) throws IOException {
        assertDeferred(session.answerOf(StandInService.writing(answer)));
    }

    @Test
    void acceptsWhereThereIsNothingToSay() throws IOException {
        HookResult answer =
                session.answerOf(StandInService.writing("HTTP/1.1 204 No Content\r\n\r\n"));

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).endsWith(" accepts");
    }

    @Test
    void readsAnAnswerThatComesOctetByOctet() throws IOException {
        HookResult answer = session.answerOf(StandInService.sayingSlowly(ACCEPT));

        assertThat(answer.reason()).endsWith(" accepts");
    }

    private static void slowly(String text, OutputStream out) throws IOException {
        for (byte octet : text.getBytes(UTF_8)) {
            out.write(octet);
            out.flush();
        }
    }

    @Test
    void defersWhereTheServiceHangs() throws IOException {
        StandIn.Script hanging = (in, out) -> hang();

        HookResult answer = session.answerOf(hanging, "timeoutSeconds", "1");
        assertDeferred(answer);
        assertThat(answer.reason()).contains("within 1 s");
        assertDeferred(
                session.answerOf(
                        hanging, session::connect, "stages", "connect", "timeoutSeconds", "1"));
    }

    private void hang() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void defersWhereTheServiceGoes() throws IOException {
        assertDeferred(session.answerOf((in, out) -> {}));
        assertDeferred(
                session.answerOf(
                        (in, out) -> {
                            var unused = in.read();
                            slowly(StandInService.ok(ACCEPT).substring(0, 60), out);
                        }));
        StandIn gone = StandIn.onPort((in, out) -> {});
        gone.close();
        MtaHooksPlugin plugin = session.plugin("http://" + gone.address() + "/");
        assertDeferred(session.now(session.data(plugin)));
    }

    @Test
    void boundsAnswers() throws IOException {
        StandIn.Script endless =
                (in, out) -> {
                    slowly("HTTP/1.1 200 OK\r\n\r\n", out);
                    byte[] blanks = " ".repeat(65_536).getBytes(UTF_8);
                    while (true) {
                        out.write(blanks);
                    }
                };
        HookResult answer = session.answerOf(endless);
        assertDeferred(answer);
        assertThat(answer.reason()).contains("longer than 4194304 octets");
        HookResult ofCommand = session.answerOf(endless, session::mail, "stages", "mail");
        assertDeferred(ofCommand);
        assertThat(ofCommand.reason()).contains("longer than 65536 octets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"discard", "quarantine"})
    void clientsAreAcceptedOrRejected(String action) throws IOException {
        StandInService service = StandInService.saying("{\"action\":\"" + action + "\"}");

        assertDeferred(session.answerOf(service, session::connect, "stages", "connect"));
        assertDeferred(session.answerOf(service, session::ehlo, "stages", "ehlo"));
    }
}
