package org.qpsmtpd.core.dialogue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** What plugins see of a body while it arrives. */
class FollowedBodyTest {
    private static final String HEADER = "Subject: s\r\nX: y\r\n";

    private final Mailbox mailbox = new Mailbox(true);
    private final ByteArrayOutputStream followed = new ByteArrayOutputStream();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final DataHeadersEndHook follower =
            transaction -> {
                transaction.followBody(followed::write);
                return HookResult.DECLINED;
            };
    private final DataPostHook reader =
            transaction -> {
                bodies.add(bodyOf(transaction));
                return HookResult.DECLINED;
            };

    private static String bodyOf(Transaction transaction) {
        try (InputStream in = transaction.body().openBody()) {
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TestServer.Builder server(String threshold) {
        return TestServer.builder()
                .config("size_threshold", threshold)
                .plugin("follower", follower)
                .plugin("reader", reader)
                .plugin("mailbox", mailbox);
    }

    private static String text(int lines) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines; i++) {
            text.append("line ").append(i).append(" with dots. and caf\u00e9\r\n");
        }
        return text.toString();
    }

    private static void send(SmtpClient client, String message, boolean chunks) throws IOException {
        client.open("a@b.c", "user@example.com");
        if (!chunks) {
            client.send("DATA");
            client.write((message + ".\r\n").getBytes(ISO_8859_1));
            assertThat(client.read().code()).isEqualTo(250);
            return;
        }
        int half = message.length() / 2;
        client.write("BDAT " + half + "\r\n");
        client.write(message.substring(0, half).getBytes(ISO_8859_1));
        client.write("BDAT " + (message.length() - half) + " LAST\r\n");
        client.write(message.substring(half).getBytes(ISO_8859_1));
        assertThat(client.read().code()).isEqualTo(250);
        assertThat(client.read().code()).isEqualTo(250);
    }

    @ParameterizedTest
    @CsvSource({
        "10000000, 0, false", "10000000, 3, false", "10000000, 60000, false", "0, 3, false",
        "20000, 2000, false", "20000, 60000, false", "10000000, 3, true", "20000, 60000, true"
    })
    void isTheBodyThatIsStored(String threshold, int lines, boolean chunks) throws Exception {
        String text = text(lines);
        try (TestServer server = server(threshold).start();
                SmtpClient client = server.connect()) {
            send(client, HEADER + "\r\n" + text, chunks);
        }
        assertThat(followed.toString(ISO_8859_1)).isEqualTo(text);
        assertThat(bodies).containsExactly("\r\n" + text);
    }

    /** Whatever comes while the header is judged waits for whoever follows the body then. */
    @ParameterizedTest
    @CsvSource({"10000000, 60000, false", "0, 60000, false", "0, 1, false", "0, 60000, true"})
    void waitsForTheHeaderToBeJudged(String threshold, int lines, boolean chunks) throws Exception {
        CompletableFuture<Void> judged = new CompletableFuture<>();
        DataHeadersEndHook slow =
                transaction -> {
                    judged.completeAsync(() -> null);
                    return HookResult.later(judged, any -> HookResult.DECLINED);
                };
        String text = text(lines);
        TestServer.Builder builder =
                TestServer.builder()
                        .config("size_threshold", threshold)
                        .plugin("slow", slow)
                        .plugin("follower", follower)
                        .plugin("mailbox", mailbox);
        try (TestServer server = builder.start();
                SmtpClient client = server.connect()) {
            send(client, HEADER + "\r\n" + text, chunks);
        }
        assertThat(followed.toString(ISO_8859_1)).isEqualTo(text);
        assertThat(mailbox.message().text()).endsWith("\r\n\r\n" + text);
    }

    @Test
    void aMessageOfNothingButHeaderHasNone() throws Exception {
        try (TestServer server = server("10000000").start();
                SmtpClient client = server.connect()) {
            send(client, HEADER, false);
        }
        assertThat(followed.size()).isZero();
        assertThat(bodies).containsExactly("");
    }

    @Test
    void aMessageWithoutEmptyLineHasItsTextAsBody() throws Exception {
        try (TestServer server = server("10000000").start();
                SmtpClient client = server.connect()) {
            send(client, HEADER + "no field\r\n", false);
        }
        assertThat(followed.toString(ISO_8859_1)).isEqualTo("no field\r\n");
    }

    @Test
    void whoThrowsFollowsNoMoreAndIsNamed() throws Exception {
        DataHeadersEndHook thrower =
                transaction -> {
                    transaction.followBody(
                            (octets, from, count) -> {
                                followed.write(octets, from, count);
                                throw new IllegalStateException("on purpose");
                            });
                    return HookResult.DECLINED;
                };
        String text = text(60_000);
        try (TestServer server =
                        TestServer.builder()
                                .plugin("thrower", thrower)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            send(client, HEADER + "\r\n" + text, false);
            server.awaitLog("FATAL PLUGIN ERROR [thrower]");
        }
        assertThat(text).startsWith(followed.toString(ISO_8859_1));
        assertThat(followed.size()).isLessThan(text.length());
    }

    @Test
    void nobodyJoinsAtAnotherTime() throws Exception {
        List<Transaction> kept = new CopyOnWriteArrayList<>();
        DataPostHook late =
                transaction -> {
                    kept.add(transaction);
                    assertThatThrownBy(() -> transaction.followBody(followed::write))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("data_headers_end");
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("late", late)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            send(client, HEADER + "\r\ntext\r\n", false);
        }
        assertThat(kept).hasSize(1);
        assertThat(followed.size()).isZero();
    }
}
