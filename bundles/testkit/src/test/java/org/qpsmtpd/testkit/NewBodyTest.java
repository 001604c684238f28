package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.session.Transaction;

/** What becomes of a message whose body a plugin replaces. */
@Timeout(60)
class NewBodyTest {
    private static final String HEADER = "Subject: \u00e9\r\n  folded\r\nX:y\r\n";

    private final Mailbox mailbox = new Mailbox();

    /** Puts a line above the body, twice. */
    private static HookResult disclaim(Transaction transaction) {
        try {
            for (String line : new String[] {"\r\nfirst\r\n", "\r\nsecond\r\n"}) {
                transaction.replaceBody(
                        out -> {
                            out.write(line.substring(2).getBytes(StandardCharsets.US_ASCII));
                            try (InputStream in = transaction.body().openBody()) {
                                in.skipNBytes(2);
                                in.transferTo(out);
                            }
                        });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HookResult.DECLINED;
    }

    private TestServer server(DataPostHook plugin) throws IOException {
        return server(plugin, "10000");
    }

    private TestServer server(DataPostHook plugin, String threshold) throws IOException {
        return TestServer.builder()
                .config("size_threshold", threshold)
                .config("databytes", "1000000")
                .plugin("changer", plugin)
                .plugin("mailbox", mailbox)
                .start();
    }

    private static SmtpReply send(SmtpClient client, String body) throws IOException {
        client.open("a@b.test", "c@example.com");
        client.send("DATA");
        client.write((HEADER + "\r\n" + body + ".\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return client.read();
    }

    @ParameterizedTest
    @CsvSource({"0, 10000", "1, 10000", "3000, 10000", "20000, 10000", "70000, 10000", "70000, ''"})
    void isQueuedWithItsHeaderOctetByOctet(int lines, String threshold) throws Exception {
        String body = "0123456789\r\n".repeat(lines);
        try (TestServer server = server(NewBodyTest::disclaim, threshold)) {
            try (SmtpClient client = server.connect()) {
                assertThat(send(client, body).code()).isEqualTo(250);
                client.send("QUIT");
            }
            assertThat(mailbox.message().from("Subject"))
                    .isEqualTo(HEADER + "\r\nsecond\r\nfirst\r\n" + body);
            while (server.sessions() > 0) {
                Thread.onSpinWait();
            }
            while (!server.spoolFiles().isEmpty()) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb\r\n", "a\rb\r\n", "a\r", "\n"})
    void staysWhenALineEndStandsAlone(String text) throws Exception {
        refuses(text, "stands alone");
    }

    @Test
    void staysWhenTheNewOneIsTooLarge() throws Exception {
        refuses("0123456789\r\n".repeat(100_000), "larger than databytes allows");
    }

    private void refuses(String text, String reason) throws Exception {
        AtomicReference<IOException> thrown = new AtomicReference<>();
        DataPostHook changer =
                transaction -> {
                    try {
                        transaction.replaceBody(
                                out -> out.write(text.getBytes(StandardCharsets.US_ASCII)));
                    } catch (IOException e) {
                        thrown.set(e);
                    }
                    return HookResult.DECLINED;
                };
        try (TestServer server = server(changer);
                SmtpClient client = server.connect()) {
            assertThat(send(client, "kept\r\n").code()).isEqualTo(250);
            assertThat(mailbox.message().from("Subject")).isEqualTo(HEADER + "\r\nkept\r\n");
            assertThat(thrown.get()).hasMessageContaining(reason);
            assertThat(server.spoolFiles()).isEmpty();
        }
    }

    @Test
    void isNotThereBeforeTheMessageIs() throws Exception {
        AtomicReference<RuntimeException> thrown = new AtomicReference<>();
        DataHeadersEndHook early =
                transaction -> {
                    try {
                        transaction.replaceBody(out -> {});
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("early", early)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            assertThat(send(client, "kept\r\n").code()).isEqualTo(250);
            assertThat(thrown.get()).hasMessageContaining("from data_post_headers to queue");
        }
    }
}
