package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security row 3: after a refusal during DATA nothing of the rest is run as a command. */
class RefusedDataTest {
    private static final String COMMANDS = "MAIL FROM:<smuggled@evil.test>\r\n".repeat(32 * 1024);

    private final List<String> senders = new CopyOnWriteArrayList<>();
    private final Mailbox mailbox = new Mailbox();

    /** Refuses on the connection's own thread. */
    @NonBlocking
    private static final class QuickRefusal implements DataHeadersEndHook {
        @Override
        public HookResult onDataHeadersEnd(Transaction transaction) {
            return HookResult.denyDisconnect("no such header here");
        }
    }

    /** Refuses on a worker, while input goes on. */
    private static final class SlowRefusal implements DataHeadersEndHook {
        @Override
        public HookResult onDataHeadersEnd(Transaction transaction) {
            return HookResult.denyDisconnect("no such header here");
        }
    }

    private TestServer.Builder server() {
        MailHook witness =
                (transaction, sender, parameters) -> {
                    senders.add(sender.address());
                    return HookResult.DECLINED;
                };
        return TestServer.builder()
                .logLevel(LogLevel.WARN)
                .plugin("witness", witness)
                .plugin("mailbox", mailbox);
    }

    /** Sends what a server that closes may not want any more. */
    private static void push(SmtpClient client, String text) throws IOException {
        try {
            client.write(text);
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(".*([Rr]eset|pipe|closed).*");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysNothingAfterAPluginBrokeOff(boolean quick) throws Exception {
        Object refusal = quick ? new QuickRefusal() : new SlowRefusal();
        try (TestServer server = server().plugin("refusal", refusal).start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            assertThat(client.send("DATA").code()).isEqualTo(354);
            push(client, "Subject: s\r\n\r\n" + COMMANDS);
            push(client, ".\r\n" + COMMANDS);

            assertThat(client.read().toString()).startsWith("554 ").contains("no such header");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(senders).containsExactly("good@client.test");
        assertThat(mailbox.messages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void breaksOffAlsoWhenTheWholeMessageIsThere(boolean quick) throws Exception {
        Object refusal = quick ? new QuickRefusal() : new SlowRefusal();
        try (TestServer server = server().plugin("refusal", refusal).start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");

            assertThat(client.data("Subject: s\n\nbody\n").toString())
                    .startsWith("554 ")
                    .contains("no such header");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(mailbox.messages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n.\n", "\n.\r\n"})
    void saysNothingAfterABareLineEnd(String broken) throws Exception {
        try (TestServer server = server().start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            push(client, "Subject: s\r\n\r\nbody" + broken + "x\r\n");
            push(client, COMMANDS + "\r\n.\r\n" + COMMANDS);

            assertThat(client.read().toString())
                    .startsWith("421 ")
                    .contains("http://smtpd.develooper.com/barelf.html");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(senders).containsExactly("good@client.test");
        assertThat(mailbox.messages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Subject: s\r\n\r\n", ""})
    void readsATooLargeMessageToItsEnd(String header) throws Exception {
        try (TestServer server = server().config("databytes", "5000").start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");
            client.send("DATA");
            client.write(header + COMMANDS);
            client.write(".\r\nNOOP\r\n");

            assertThat(client.read().toString()).startsWith("552 ").contains("Message too big!");
            assertThat(client.read().code()).isEqualTo(250);
            assertThat(client.send("RCPT TO:<user@example.com>").code()).isEqualTo(503);
        }
        assertThat(senders).containsExactly("good@client.test");
        assertThat(mailbox.messages()).isEmpty();
    }

    @Test
    void takesCommandsOnlyWhenDataItselfIsRefused() throws Exception {
        DataHook refusal = transaction -> HookResult.deny("not today");
        try (TestServer server = server().plugin("refusal", refusal).start();
                SmtpClient client = server.connect()) {
            client.open("good@client.test", "user@example.com");

            assertThat(client.send("DATA").toString()).startsWith("554 ").contains("not today");
            assertThat(client.send("DATA").code()).isEqualTo(554);
            assertThat(client.send("NOOP").code()).isEqualTo(250);
        }
    }
}
