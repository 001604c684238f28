package org.qpsmtpd.plugin.mtahooks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.http.Json;
import org.qpsmtpd.testkit.StandIn;

/** What services are asked at each stage, and what is done with each verdict. */
@Timeout(60)
final class MtaHooksPluginTest {
    private static final String ACCEPT = "{\"action\":\"accept\"}";
    private static final String ALL = "connect,ehlo,mail,rcpt,data";

    private final StandInService accepting = StandInService.saying(ACCEPT);
    private Sessions session;

    @BeforeEach
    void open() throws IOException {
        session = new Sessions();
    }

    @AfterEach
    void close() {
        session.close();
    }

    private static List<String> addresses(Json envelope) {
        return envelope.member("to").entries().stream().map(to -> to.text("address")).toList();
    }

    @Test
    void asksAboutAMessageAndNothingElseByDefault() throws IOException {
        session.connection.withRemoteHost("client.example.net").withAuth("joe", "PLAIN");
        session.connection.withTls("TLSv1.3", "TLS_AES_256_GCM_SHA384");
        HookResult answer = session.answerOf(accepting);

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(answer.reason()).startsWith("pass: 127.0.0.1:").endsWith(" accepts");
        assertThat(accepting.head())
                .startsWith("POST /hook?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
                .contains("\r\nContent-Type: application/json\r\n")
                .doesNotContain("Authorization");
        Json context = accepting.asked().member("context");
        assertThat(context.text("stage")).isEqualTo("data");
        Json client = context.member("client");
        assertThat(client.text("ip")).isEqualTo("192.0.2.7");
        assertThat(client.number("port")).hasValue(4711);
        assertThat(client.text("ptr")).isEqualTo("client.example.net");
        assertThat(client.text("helo")).isEqualTo("helo.example.net");
        assertThat(context.member("sasl").text("login")).isEqualTo("joe");
        assertThat(context.member("sasl").text("method")).isEqualTo("PLAIN");
        assertThat(context.member("tls").text("version")).isEqualTo("TLSv1.3");
        assertThat(context.member("tls").text("cipher")).isEqualTo("TLS_AES_256_GCM_SHA384");
        assertThat(context.member("server").text("name")).isEqualTo("mx.example.org");
        assertThat(context.member("server").text("ip")).isEqualTo("192.0.2.25");
        assertThat(context.member("server").number("port")).hasValue(25);
        assertThat(context.member("queue").text("id")).isEqualTo(session.transaction.id());
        assertThat(context.member("protocol").number("version")).hasValue(1);
        for (Sessions.Call call :
                List.<Sessions.Call>of(
                        session::connect, session::ehlo, session::mail, session::rcpt)) {
            assertThat(session.answerOf(accepting, call)).isEqualTo(HookResult.DECLINED);
        }
        assertThat(accepting.count()).isOne();
    }

    @Test
    void tellsTheMessageAsItIs() throws IOException {
        String id = session.transaction.id();
        session.transaction.headers().prepend("Received", "from here id " + id);
        session.ask(accepting);

        Json message = accepting.asked().member("message");
        assertThat(accepting.content())
                .contains(
                        "\"headers\":[[\"From\",\" a@example.org\\r\\n\"],"
                                + "[\"Subject\",\" one\\r\\n two\\r\\n\"],[\"X-A\",\" 1\\r\\n\"]]")
                .contains("\"serverHeaders\":[[\"Received\",\" from here id " + id + "\\r\\n\"]]");
        assertThat(message.text("contents")).isEqualTo("hello\r\n");
        assertThat(message.number("size")).hasValue((double) session.transaction.messageSize());
        Json envelope = accepting.asked().member("envelope");
        assertThat(envelope.member("from").text("address")).isEqualTo("joe@example.net");
        assertThat(addresses(envelope)).containsExactly("ann@example.org");
    }

    @Test
    void leavesOutWhatIsNotKnown() throws IOException {
        session.transaction.withSender("");
        session.ask(accepting);

        Json context = accepting.asked().member("context");
        assertThat(accepting.content())
                .contains("\"ptr\":null")
                .contains("\"from\":{\"address\":\"\"}");
        assertThat(context.has("sasl")).isFalse();
        assertThat(context.has("tls")).isFalse();
        assertThat(accepting.asked().member("message").has("serverHeaders")).isFalse();
    }

    @Test
    void asksAtEachStageThatIsSwitchedOn() throws IOException {
        session.ask(accepting, session::connect, "stages", ALL);
        Json asked = accepting.asked();
        assertThat(asked.member("context").text("stage")).isEqualTo("connect");
        assertThat(asked.member("context").member("client").has("helo")).isFalse();
        assertThat(asked.has("envelope")).isFalse();
        assertThat(asked.member("context").has("queue")).isFalse();

        session.ask(accepting, session::ehlo, "stages", ALL);
        asked = accepting.asked();
        assertThat(asked.member("context").text("stage")).isEqualTo("ehlo");
        assertThat(asked.member("context").member("client").text("helo"))
                .isEqualTo("client.example.net");

        session.ask(accepting, session::mail, "stages", ALL);
        asked = accepting.asked();
        assertThat(asked.member("context").text("stage")).isEqualTo("mail");
        Json from = asked.member("envelope").member("from");
        assertThat(from.text("address")).isEqualTo("joe@example.net");
        assertThat(from.member("parameters").text("size")).isEqualTo("5");
        assertThat(addresses(asked.member("envelope"))).isEmpty();
        assertThat(asked.has("message")).isFalse();

        session.ask(accepting, session::rcpt, "stages", ALL);
        asked = accepting.asked();
        assertThat(asked.member("context").text("stage")).isEqualTo("rcpt");
        assertThat(addresses(asked.member("envelope")))
                .containsExactly("ann@example.org", "bob@example.org");
        assertThat(asked.member("envelope").member("to").entries().get(1).member("parameters"))
                .extracting(parameters -> parameters.text("notify"))
                .isEqualTo("NEVER");
        assertThat(accepting.count()).isEqualTo(4);
    }

    @Test
    void textOfTheClientIsNothingElseInTheQuestion() throws IOException {
        session.connection.withAuth("joe\"},\"x\":\"\r\nX: 1", "PLAIN");
        session.ask(accepting);

        Json sasl = accepting.asked().member("context").member("sasl");
        assertThat(sasl.text("login")).isEqualTo("joe\"},\"x\":\"\r\nX: 1");
        assertThat(accepting.head()).doesNotContain("X: 1");
    }

    @Test
    void tellsOctetsThatAreNoTextAsFarAsTheyAre() throws IOException {
        String body = "x".repeat(8_190) + "\uD83D\uDE00\u2028\"\\\u0001" + "y".repeat(20_000);
        session.transaction.withMessage(("A: \u00FC\r\n\r\n" + body + "\r\n").getBytes(UTF_8));
        session.ask(accepting);
        Json message = accepting.asked().member("message");
        assertThat(message.text("contents")).isEqualTo(body + "\r\n");
        assertThat(accepting.content()).contains("[\"A\",\" \u00FC\\r\\n\"]");

        session.transaction.withMessage("A: \u00FC\r\n\r\n\u00FC.\r\n".getBytes(ISO_8859_1));
        session.ask(accepting);
        assertThat(accepting.asked().member("message").text("contents")).isEqualTo("\uFFFD.\r\n");
        assertThat(accepting.content()).contains("[\"A\",\" \uFFFD\\r\\n\"]");
    }

    @Test
    void tellsTheWholeMessageInBase64() throws IOException {
        byte[] octets = ("A: 1\r\n\r\n" + "\u00FC".repeat(40_000) + "\r\n").getBytes(ISO_8859_1);
        session.transaction.withMessage(octets);
        session.ask(accepting, "contents", "raw_base64");

        Json message = accepting.asked().member("message");
        assertThat(Base64.getDecoder().decode(message.text("rawMessage"))).isEqualTo(octets);
        assertThat(message.has("contents")).isFalse();
    }

    @Test
    void tellsNoBodyThatIsNotWantedOrTooLarge() throws IOException {
        session.ask(accepting, "contents", "none");
        assertThat(accepting.content()).endsWith(",\"contents\":null}}");
        session.ask(accepting, "max_size", "10");
        assertThat(accepting.content()).endsWith(",\"contents\":null}}");
        assertThat(accepting.asked().member("message").member("headers").entries()).hasSize(3);

        HookResult skipped = session.answerOf(accepting, "max_size", "10", "larger", "skip");
        assertThat(skipped.action()).isEqualTo(Action.DECLINED);
        assertThat(skipped.reason()).startsWith("skip: not scanned: too large");
        HookResult later = session.answerOf(accepting, "max_size", "10", "larger", "defer");
        assertThat(later.action()).isEqualTo(Action.DENYSOFT);
        assertThat(accepting.count()).isEqualTo(2);
    }

    @Test
    void tellsAnEmptyBody() throws IOException {
        session.transaction.withMessage("A: 1\n\n");
        session.ask(accepting);

        assertThat(accepting.content()).endsWith(",\"contents\":\"\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, DENY, 0, Rejected by a mail filter (#5.7.1)",
                "'\"status\":554', DENY, 554, Rejected by a mail filter (#5.7.1)",
                "'\"status\":550,\"enhancedStatus\":\"5.1.1\",\"message\":\"no one\"', DENY, 550, no"
                        + " one (#5.1.1)",
                "'\"status\":451,\"enhanced_status\":\"4.2.0\"', DENYSOFT, 451, Rejected by a mail"
                        + " filter (#4.2.0)",
                "'\"status\":451,\"enhancedStatus\":\"5.1.1\"', DENYSOFT, 451, Rejected by a mail"
                        + " filter (#4.7.1)",
                "'\"status\":421', DENYSOFT_DISCONNECT, 421, Rejected by a mail filter (#4.7.1)",
                "'\"status\":450,\"disconnect\":true', DENYSOFT_DISCONNECT, 450, Rejected by a mail"
                        + " filter (#4.7.1)",
                "'\"disconnect\":true,\"message\":\"a\\r\\n250 b\"', DENY_DISCONNECT, 0, a  250 b"
                        + " (#5.7.1)"
            })
    void refusesAsTheServiceSays(String response, Action action, int code, String text)
            throws IOException {
        String said = response == null ? "" : ",\"response\":{" + response + "}";
        StandInService service = StandInService.saying("{\"action\":\"reject\"" + said + "}");
        for (Sessions.Call call :
                List.<Sessions.Call>of(
                        session::connect,
                        session::ehlo,
                        session::mail,
                        session::rcpt,
                        session::data)) {
            HookResult answer = session.answerOf(service, call, "stages", ALL);

            assertThat(answer.action()).isEqualTo(action);
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.text()).isEqualTo(text);
            assertThat(answer.reason()).startsWith("fail: ");
        }
    }

    @Test
    void throwsAMessageAway() throws IOException {
        HookResult answer = session.answerTo("{\"action\":\"discard\"}");

        assertThat(answer.action()).isEqualTo(Action.DONE);
        assertThat(answer.code()).isEqualTo(250);
        assertThat(answer.reason()).startsWith("pass: ").endsWith(" discards the message");
    }

    @Test
    void throwsAMessageAwayAtItsEndThatWasDiscardedBefore() throws IOException {
        StandInService service = StandInService.saying("{\"action\":\"discard\"}");
        try (StandIn standIn = StandIn.onPort(service)) {
            MtaHooksPlugin plugin =
                    session.plugin("http://" + standIn.address(), "stages", "mail,rcpt");

            assertThat(session.now(session.mail(plugin)).action()).isEqualTo(Action.DECLINED);
            assertThat(session.now(session.rcpt(plugin))).isEqualTo(HookResult.DECLINED);
            assertThat(session.now(session.data(plugin)).code()).isEqualTo(250);
            assertThat(service.count()).isOne();
        }
    }

    @Test
    void putsAMessageIntoQuarantine() throws IOException {
        HookResult answer =
                session.answerTo(
                        "{\"action\":\"quarantine\",\"response\":{\"message\":\"odd\"},"
                                + "\"modifications\":[{\"type\":\"addHeader\",\"name\":\"X-B\","
                                + "\"value\":\"2\"}]}");

        assertThat(answer.action()).isEqualTo(Action.DECLINED);
        assertThat(session.transaction.quarantineReasons())
                .singleElement()
                .asString()
                .startsWith("127.0.0.1:")
                .endsWith(": odd");
        assertThat(session.transaction.headers().count("X-B")).isOne();
        session.ask(
                StandInService.saying("{\"action\":\"quarantine\"}"),
                session::rcpt,
                "stages",
                "rcpt");
        assertThat(session.transaction.quarantineReasons()).hasSize(2);
    }

    @Test
    void asksOnOneConnection() throws IOException {
        try (StandIn service = StandIn.onPort(accepting)) {
            MtaHooksPlugin plugin = session.plugin("http://" + service.address());
            var first = session.now(session.data(plugin));
            var second = session.now(session.data(plugin));

            assertThat(second).isEqualTo(first);
            assertThat(accepting.head()).startsWith("POST / HTTP/1.1\r\n");
            assertThat(service.accepted()).isOne();
            assertThat(plugin.figures())
                    .contains(Figure.counter("scanned", 2), Figure.counter("peer_connected", 1));
        }
    }

    @Test
    void saysWhoAsks(@TempDir Path folder) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "abc.def\n");
        Path password = Files.writeString(folder.resolve("password"), "s\u00E9cret 1\n");

        session.ask(accepting, "token_file", token.toString());
        assertThat(accepting.head()).contains("\r\nAuthorization: Bearer abc.def\r\n");
        session.ask(accepting, "user", "joe", "token_file", password.toString());
        assertThat(accepting.head())
                .contains(
                        "\r\nAuthorization: Basic "
                                + Base64.getEncoder()
                                        .encodeToString("joe:s\u00E9cret 1".getBytes(UTF_8))
                                + "\r\n");
        assertThatThrownBy(() -> session.plugin("http://x", "user", "joe"))
                .hasMessageContaining("token_file has the password");
        assertThatThrownBy(
                        () ->
                                session.plugin(
                                        "http://x", "user", "a:b", "token_file", token.toString()))
                .hasMessageContaining("has no colon");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b\n", "\u00FC\n", "a\u0001b\n"})
    void refusesATokenThatIsNone(String text, @TempDir Path folder) throws IOException {
        Path token = Files.writeString(folder.resolve("token"), text);

        assertThatThrownBy(() -> session.plugin("http://x", "token_file", token.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token_file '" + token + "': its first line is not a token");
        assertThatThrownBy(() -> session.plugin("http://x", "token_file", token + ".not"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "'', needs the place of the service",
        "https://localhost/, a TLS proxy on this machine",
        "localhost:80, is not of the form",
        "ftp://localhost/, is not of the form",
        "http://joe:secret@localhost/, give the user by user and token_file",
        "http://localhost/#x, fragment",
        "http://localhost:0/, neither HOST nor HOST:PORT",
        "http://local host/, is not of the form",
        "http:///x, is not of the form"
    })
    void refusesAPlaceThatIsNone(String url, String why) {
        assertThatThrownBy(() -> session.plugin(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "stages, auth",
        "stages, ''",
        "contents, all",
        "larger, cut",
        "on_error, accept",
        "timeoutSeconds, 0"
    })
    void refusesSettingsThatAreNone(String option, String value) {
        assertThatThrownBy(() -> session.plugin("http://x/", option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option);
    }
}
