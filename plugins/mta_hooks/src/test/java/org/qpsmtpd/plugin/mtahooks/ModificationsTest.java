package org.qpsmtpd.plugin.mtahooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.http.Json;

/** What services change of messages. */
@Timeout(60)
final class ModificationsTest {
    private Sessions session;

    @BeforeEach
    void open() throws IOException {
        session = new Sessions();
    }

    @AfterEach
    void close() {
        session.close();
    }

    private HookResult changed(String... changes) throws IOException {
        return session.answerTo(accept(changes));
    }

    private void change(String... changes) throws IOException {
        var unused = changed(changes);
    }

    private static String accept(String... changes) {
        return "{\"action\":\"accept\",\"modifications\":[" + String.join(",", changes) + "]}";
    }

    private static String field(String type, int index, String name, String value) {
        return "{\"type\":\""
                + type
                + "\",\"index\":"
                + index
                + ",\"name\":\""
                + name
                + "\",\"value\":"
                + Json.write(value)
                + "}";
    }

    private static String of(String type, String value) {
        return "{\"type\":\"" + type + "\",\"value\":" + Json.write(value) + "}";
    }

    private static String body(String message) {
        return message.substring(message.indexOf("\n\n") + 2);
    }

    @Test
    void changesTheHeader() throws IOException {
        session.transaction.withMessage("A: 1\nB: 2\nA: 3\nC: 4\n\nx\n");
        session.transaction.headers().prepend("Received", "by us id " + session.transaction.id());
        HookResult answer =
                changed(
                        field("addHeader", 0, "End", " e\r\n\tf\r\n"),
                        field("insertHeader", 0, "Top", "t"),
                        field("insertHeader", 2, "Second", "s"),
                        field("changeHeader", 2, "a", "5"),
                        field("changeHeader", 1, "B", ""),
                        "{\"type\":\"deleteHeader\",\"index\":1,\"name\":\"C\"}",
                        "{\"type\":\"deleteHeader\",\"index\":1,\"name\":\"Received\"}",
                        "{\"type\":\"deleteHeader\",\"index\":9,\"name\":\"A\"}");

        String id = session.transaction.id();
        assertThat(session.transaction.message())
                .isEqualTo(
                        "Received: by us id "
                                + id
                                + "\nTop: t\nA: 1\nSecond: s\na: 5\nEnd: e\n\tf\n\nx\n");
        assertThat(answer.reason()).endsWith(" accepts, 8 changes");
    }

    @Test
    void changesTheEnvelope() throws IOException {
        session.transaction.withParameter("ret", "FULL");
        change(
                "{\"type\":\"changeFrom\",\"value\":\"new@example.net\",\"parameters\":"
                        + "{\"ENVID\":\"x\",\"RET\":\"HDRS\",\"SIZE\":\"1\"}}",
                "{\"type\":\"addRecipient\",\"value\":\"<bob@example.org>\",\"parameters\":"
                        + "{\"NOTIFY\":\"NEVER\",\"FLAG\":null}}",
                of("addRecipient", "Ann@example.org"),
                of("deleteRecipient", "ann@EXAMPLE.org"),
                of("deleteRecipient", "nobody@example.org"));

        assertThat(session.transaction.sender().address()).isEqualTo("new@example.net");
        assertThat(session.transaction.mailParameters().get("envid")).contains("x");
        assertThat(session.transaction.mailParameters().get("ret")).contains("HDRS");
        assertThat(session.transaction.mailParameters().has("size")).isFalse();
        assertThat(session.transaction.recipients())
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.address().address()).isEqualTo("bob@example.org");
                            assertThat(one.parameters().get("notify")).contains("NEVER");
                            assertThat(one.parameters().get("flag")).contains("");
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<>"})
    void changesToTheNullSender(String value) throws IOException {
        change(of("changeFrom", value));

        assertThat(session.transaction.sender().isNull()).isTrue();
    }

    @Test
    void throwsAwayWhatIsForNobody() throws IOException {
        HookResult answer = changed(of("deleteRecipient", "ann@example.org"));

        assertThat(answer.action()).isEqualTo(Action.DONE);
        assertThat(answer.code()).isEqualTo(250);
    }

    @Test
    void replacesTheBody() throws IOException {
        change(of("replaceContents", "one\ntwo\r\n\u00FC\uD83D\uDE00\rfour"));

        assertThat(body(session.transaction.message()))
                .isEqualTo("one\ntwo\n\u00FC\uD83D\uDE00\nfour\n");
    }

    @Test
    void replacesTheBodyByALargeOneWithinTheBound() throws IOException {
        String large = "0123456789abcde\n".repeat(200_000);
        assertThat(changed(of("replaceContents", large)).action()).isEqualTo(Action.DECLINED);
        assertThat(body(session.transaction.message())).isEqualTo(large);

        HookResult answer =
                session.answerTo(accept(of("replaceContents", large)), "max_answer", "100000");
        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("its answer is longer than 100000 octets");
    }

    @Test
    void changesNothingWhereTheNewBodyIsTooLarge() throws IOException {
        session.transaction.withMaxOctets(1_000);
        HookResult answer =
                changed(
                        field("addHeader", 0, "X-B", "2"),
                        of("replaceContents", "0123456789\n".repeat(1_000)));

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).contains("its new body cannot be taken");
        assertThat(session.transaction.headers().count("X-B")).isZero();
        assertThat(body(session.transaction.message())).isEqualTo("hello\n");
    }

    @Test
    void makesNoChangesThatAreNotWanted() throws IOException {
        HookResult answer =
                session.answerTo(accept(field("addHeader", 0, "X-B", "2")), "changes", "false");

        assertThat(answer.reason()).endsWith(" accepts, 1 change not made");
        assertThat(session.transaction.headers().count("X-B")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":\"a\\r\\nX-C: 1\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":\"a\\nX-C: 1\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":\"a\\rX-C: 1\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":\"a\\r\\n \\r\\n b\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":\"a\\u0000b\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B: 1\\r\\nX-C\",\"value\":\"a\"}",
                "{\"type\":\"addHeader\",\"name\":\"\",\"value\":\"a\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\"}",
                "{\"type\":\"addHeader\",\"name\":\"X-B\",\"value\":5}",
                "{\"type\":\"insertHeader\",\"name\":\"X-B\",\"value\":\"a\"}",
                "{\"type\":\"insertHeader\",\"index\":-1,\"name\":\"X-B\",\"value\":\"a\"}",
                "{\"type\":\"changeHeader\",\"index\":1.5,\"name\":\"X-B\",\"value\":\"a\"}",
                "{\"type\":\"deleteHeader\",\"index\":\"1\",\"name\":\"X-A\"}",
                "{\"type\":\"addRecipient\",\"value\":\"\"}",
                "{\"type\":\"addRecipient\",\"value\":\"a@b.example> SIZE=1\"}",
                "{\"type\":\"addRecipient\",\"value\":\"\u00FC@example.org\"}",
                "{\"type\":\"deleteRecipient\"}",
                "{\"type\":\"changeFrom\",\"value\":\"a@b.example\",\"parameters\":{\"X\":\"a b\"}}",
                "{\"type\":\"changeFrom\",\"value\":\"a@b.example\",\"parameters\":{\"X Y\":\"a\"}}",
                "{\"type\":\"changeFrom\",\"value\":\"a@b.example\",\"parameters\":{\"X\":7}}",
                "{\"type\":\"replaceContents\"}",
                "{\"type\":\"replaceContents\",\"value\":\"a\"},"
                        + "{\"type\":\"replaceContents\",\"value\":\"b\"}",
                "{\"type\":\"explode\"}",
                "{}",
                "7"
            })
    void makesNoneOfTheChangesWhereOneIsNone(String change) throws IOException {
        String before = session.transaction.message();
        HookResult answer = changed(field("insertHeader", 0, "X-B", "2"), change);

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason()).startsWith("error: not scanned: it ");
        assertThat(session.transaction.message()).isEqualTo(before);
        assertThat(session.recipients()).containsExactly("ann@example.org");
    }

    @Test
    void boundsWhatIsChanged() throws IOException {
        String one = field("addHeader", 0, "X-B", "2");
        assertThat(changed(Collections.nCopies(101, one).toArray(String[]::new)).reason())
                .contains("it wants 101 changes, 100 are the most");
        assertThat(changed(field("addHeader", 0, "X-B", "x".repeat(16_385))).action())
                .isEqualTo(Action.DENYSOFT);
        assertThat(session.transaction.headers().count("X-B")).isZero();
        change(Collections.nCopies(100, one).toArray(String[]::new));
        assertThat(session.transaction.headers().count("X-B")).isEqualTo(100);
    }

    @Test
    void makesChangesAtTheEndOnly() throws IOException {
        HookResult answer =
                session.answerOf(
                        StandInService.saying(accept(of("changeFrom", "x@example.net"))),
                        session::mail,
                        "stages",
                        "mail");

        assertThat(answer.action()).isEqualTo(Action.DENYSOFT);
        assertThat(answer.reason())
                .contains("it wants changes at mail, they are made at data only");
    }
}
