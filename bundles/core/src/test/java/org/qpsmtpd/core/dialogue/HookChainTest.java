package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DataHeadersEndHook;
import org.qpsmtpd.api.hook.DataPostHeadersHook;
import org.qpsmtpd.api.hook.DataPostHook;
import org.qpsmtpd.api.hook.HeloHook;
import org.qpsmtpd.api.hook.HeloParseHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.mail.AuthenticationResult;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.SmtpReply;
import org.qpsmtpd.testkit.TestServer;

/**
 * What several plugins of one hook give, over the wire: declining, dying, late and config hooks.
 * The results of chains are those of qpsmtpd's own tests.
 */
class HookChainTest {
    private final Mailbox mailbox = new Mailbox();

    private static SmtpReply helo(Object... plugins) throws Exception {
        TestServer.Builder builder = TestServer.builder();
        for (int i = 0; i < plugins.length; i++) {
            builder.plugin("plugin" + i, plugins[i]);
        }
        try (TestServer server = builder.start();
                SmtpClient client = server.connect()) {
            client.read();
            return client.send("HELO somearg");
        }
    }

    private static HeloHook answer(HookResult result) {
        return (connection, host) -> result;
    }

    private static HeloHook dying() {
        return (connection, host) -> {
            throw new IllegalStateException("dead");
        };
    }

    @Test
    void asksTheNextWhenOneDeclines() throws Exception {
        assertThat(helo(answer(HookResult.DECLINED), answer(HookResult.deny("gotcha"))).toString())
                .isEqualTo("550 gotcha");
    }

    @Test
    void asksTheNextWhenOneDies() throws Exception {
        assertThat(helo(dying(), answer(HookResult.deny("begone"))).toString())
                .isEqualTo("550 begone");
    }

    @Test
    void defersWhenAPluginDiesAndNobodyRefuses() throws Exception {
        assertThat(helo(dying()).code()).isEqualTo(450);
        assertThat(helo(dying(), answer(HookResult.OK)).code()).isEqualTo(450);
    }

    @Test
    void stopsAtTheFirstOpinion() throws Exception {
        assertThat(helo(answer(HookResult.ok("bemyguest")), answer(HookResult.DENY)).toString())
                .isEqualTo("250 mx.example.org Hi Unknown [127.0.0.1]; I am so happy to meet you.");
    }

    @Test
    void passesOverADyingPluginThatMayFail() throws Exception {
        try (TestServer lenient = TestServer.builder().skippingPlugin("dying", dying()).start();
                SmtpClient client = lenient.connect()) {
            client.read();

            assertThat(client.send("HELO somearg").code()).isEqualTo(250);
            assertThat(lenient.awaitLog("FATAL PLUGIN ERROR [dying]").line())
                    .startsWith("(helo) dying: ")
                    .contains("dead");
        }
    }

    @SuppressWarnings("NullAway") // what a plugin without null checks may do
    @Test
    void asksTheNextWhenOneAnswersNull() throws Exception {
        HeloHook broken = (connection, host) -> null;

        assertThat(helo(broken, answer(HookResult.deny("nm"))).toString()).isEqualTo("550 nm");
    }

    @Test
    void asksTheNextWhenOneOverflowsTheStack() throws Exception {
        HeloHook broken =
                (connection, host) -> {
                    throw new StackOverflowError("too deep");
                };

        assertThat(helo(broken, answer(HookResult.deny("next"))).toString()).isEqualTo("550 next");
    }

    @Test
    void answersWhenAPluginsParserDies() throws Exception {
        HeloParseHook dying =
                connection ->
                        Optional.of(
                                (c, argument) -> {
                                    throw new IllegalStateException("dead");
                                });

        assertThat(helo(dying).toString()).isEqualTo("451 4.3.0 Internal error - try again later");
    }

    @Test
    void takesADyingUserConfigForAFault() throws Exception {
        UserConfigHook dying =
                (address, name) -> {
                    throw new IllegalStateException("dead");
                };
        MailHook asks =
                (transaction, sender, parameters) -> {
                    transaction.connection().configFor(sender).value("x");
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder().plugin("dying", dying).plugin("asks", asks).start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.sendAll("EHLO x", "MAIL FROM:<a@b.c>").code()).isEqualTo(450);
        }
    }

    @Test
    void asksNoFurtherPluginWhenTheConfigurationIsIncomplete() throws Exception {
        try (TestServer faulty =
                        TestServer.builder()
                                .fault("config/plugins:1: plugin 'x': it is not installed")
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = faulty.connect()) {
            assertThat(client.read().code()).isEqualTo(421);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void waitsForTheHeaderHookBeforeTheNextOne() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<HookResult> answer = new CompletableFuture<>();
        DataHeadersEndHook headers =
                transaction -> {
                    order.add("headers begin");
                    return HookResult.later(
                            answer.whenComplete((result, failure) -> order.add("headers end")));
                };
        DataPostHeadersHook post =
                transaction -> {
                    order.add("post headers");
                    return HookResult.DECLINED;
                };
        for (String message : List.of("Subject: s\n\nbody\n", "Subject: s\n")) {
            order.clear();
            try (TestServer slow =
                            TestServer.builder()
                                    .plugin("headers", headers)
                                    .plugin("post", post)
                                    .plugin("mailbox", mailbox)
                                    .start();
                    SmtpClient client = slow.connect()) {
                client.open("a@b.c", "user@example.com");
                client.send("DATA");
                client.write(message.replace("\n", "\r\n") + ".\r\n");
                CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS)
                        .execute(() -> answer.complete(HookResult.DECLINED));

                assertThat(client.read().code()).isEqualTo(250);
            }
            assertThat(order).containsExactly("headers begin", "headers end", "post headers");
        }
    }

    @Test
    void passesHeaderChangesOn() throws Exception {
        DataPostHook plugin =
                transaction -> {
                    transaction.headers().prepend("X-Top", "1");
                    transaction.headers().replace("subject", "new");
                    return HookResult.DECLINED;
                };
        try (TestServer changing =
                        TestServer.builder()
                                .plugin("changing", plugin)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = changing.connect()) {
            client.open("a@b.c", "user@example.com");
            client.data("Subject: s\nTo: you\n\nbody\n");
        }

        assertThat(mailbox.message().text().replace("\r\n", "\n"))
                .startsWith(
                        """
                        X-Top: 1
                        Authentication-Results: mx.example.org; auth=none
                        Received: from Unknown (HELO client.test) (127.0.0.1)
                        """)
                .endsWith("\nsubject: new\nTo: you\n\nbody\n");
    }

    /** What was found of one message says nothing about the next one. */
    @Test
    void keepsResultsOfMessagesApart() throws Exception {
        ConnectHook ofConnection =
                connection -> {
                    connection.addAuthenticationResult(AuthenticationResult.of("iprev", "pass"));
                    return HookResult.DECLINED;
                };
        MailHook ofMessage =
                (transaction, sender, parameters) -> {
                    transaction
                            .connection()
                            .addAuthenticationResult(AuthenticationResult.of("spf", sender.user()));
                    return sender.user().equals("none")
                            ? HookResult.deny("no")
                            : HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .plugin("fcrdns", ofConnection)
                                .plugin("spf", ofMessage)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("pass@b.c", "user@example.com");
            client.data("Subject: 1\n\nbody\n");
            assertThat(client.send("MAIL FROM:<none@b.c>").code()).isEqualTo(550);
            client.sendAll("MAIL FROM:<fail@b.c>", "RCPT TO:<user@example.com>");
            client.data("Subject: 2\n\nbody\n");
        }

        assertThat(mailbox.messages())
                .extracting(message -> message.text().lines().findFirst().orElse(""))
                .containsExactly(
                        "Authentication-Results: mx.example.org; auth=none; iprev=pass; spf=pass",
                        "Authentication-Results: mx.example.org; auth=none; iprev=pass; spf=fail");
    }

    private static ConnectHook earlytalker(Duration wait) {
        return connection ->
                HookResult.later(
                        connection
                                .awaitInput(wait)
                                .thenApply(
                                        early ->
                                                early
                                                        ? HookResult.deny("too early")
                                                        : HookResult.DECLINED));
    }

    @Test
    void noticesWhoSpeaksBeforeTheGreeting() throws Exception {
        try (TestServer waiting =
                        TestServer.builder()
                                .plugin("earlytalker", earlytalker(Duration.ofSeconds(20)))
                                .start();
                SmtpClient client = waiting.connect()) {
            client.write("EHLO client.test\r\n");

            assertThat(client.read().toString()).isEqualTo("550 5.7.1 too early");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void greetsWhoWaits() throws Exception {
        try (TestServer waiting =
                        TestServer.builder()
                                .plugin("earlytalker", earlytalker(Duration.ofMillis(50)))
                                .start();
                SmtpClient client = waiting.connect()) {
            assertThat(client.read().code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
        }
    }

    @Test
    void takesALateFailureForADeadPlugin() throws Exception {
        HeloHook failing =
                (connection, host) ->
                        HookResult.later(
                                CompletableFuture.failedFuture(new IllegalStateException("dead")));

        assertThat(helo(failing).code()).isEqualTo(450);
        assertThat(helo(failing, answer(HookResult.deny("next"))).toString()).isEqualTo("550 next");
    }

    @Test
    void doesNotQueueTwiceWhenAnEarlierQueuePluginDies() throws Exception {
        QueueHook dying =
                transaction -> {
                    throw new IllegalStateException("dead");
                };
        try (TestServer half =
                        TestServer.builder()
                                .plugin("dying", dying)
                                .plugin("mailbox", mailbox)
                                .start();
                SmtpClient client = half.connect()) {
            client.open("a@b.c", "user@example.com");
            int code = client.data("Subject: s\n\nbody\n").code();

            // Either refused and not queued, or queued and said so.
            assertThat(mailbox.messages()).hasSize(code == 250 ? 1 : 0);
        }
    }

    @Test
    void defersWhenAConfigHookDies() throws Exception {
        ConfigHook dying =
                name -> {
                    throw new IllegalStateException("dead");
                };
        try (TestServer server = TestServer.builder().plugin("dying", dying).start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(421);
        }
    }
}
