package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Extensions that are offered as long as all queue plugins honour them. */
@Timeout(60)
class QueueExtensionsTest {
    private final Mailbox mailbox = new Mailbox();

    /** Queues nothing and honours what it is told to. */
    private static final class Honest implements QueueHook {
        private volatile Set<QueueExtension> honoured;
        private volatile boolean isBroken;

        private Honest(Set<QueueExtension> honoured) {
            this.honoured = honoured;
        }

        @Override
        public HookResult onQueue(Transaction transaction) {
            return HookResult.DECLINED;
        }

        @Override
        public Set<QueueExtension> honours() {
            if (isBroken) {
                throw new IllegalStateException("broken");
            }
            return honoured;
        }
    }

    private final Honest all = new Honest(EnumSet.allOf(QueueExtension.class));

    private static TestServer server(Honest... plugins) throws IOException {
        TestServer.Builder builder = TestServer.builder();
        for (int i = 0; i < plugins.length; i++) {
            builder.plugin("queue" + i, plugins[i]);
        }
        return builder.start();
    }

    private static SmtpClient greeted(TestServer server) throws IOException {
        SmtpClient client = server.connect();
        client.read();
        return client;
    }

    @Test
    void offersWhatAllHonour() throws Exception {
        Honest some = new Honest(Set.of(QueueExtension.DSN, QueueExtension.MT_PRIORITY));
        try (TestServer server = server(all, some);
                SmtpClient client = greeted(server)) {
            assertThat(client.send("EHLO client.test").lines())
                    .contains("DSN", "MT-PRIORITY")
                    .doesNotContain("DELIVERBY", "REQUIRETLS");
            assertThat(client.send("MAIL FROM:<a@b.test> BY=60;R").toString())
                    .isEqualTo("555 5.5.4 Parameter BY is not known");
            some.honoured = Set.of(QueueExtension.DELIVERBY);
            assertThat(client.send("EHLO client.test").lines())
                    .contains("DELIVERBY")
                    .doesNotContain("DSN", "MT-PRIORITY");
            assertThat(client.send("MAIL FROM:<a@b.test> BY=60;R").code()).isEqualTo(250);
        }
    }

    @Test
    void offersNothingThatAPluginSaysNothingOf() throws Exception {
        try (TestServer server =
                        TestServer.builder().plugin("all", all).plugin("mailbox", mailbox).start();
                SmtpClient client = greeted(server)) {
            assertThat(client.send("EHLO client.test").lines())
                    .doesNotContain("DSN", "MT-PRIORITY", "DELIVERBY", "REQUIRETLS");
        }
    }

    @Test
    void offersNothingWhenAPluginFailsAndServes() throws Exception {
        all.isBroken = true;
        try (TestServer server = server(all);
                SmtpClient client = greeted(server)) {
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("DSN");
            assertThat(client.send("MAIL FROM:<a@b.test>").code()).isEqualTo(250);
            assertThat(server.awaitLog("FATAL PLUGIN ERROR [queue0]").text()).contains("broken");
        }
    }

    @Test
    void offersToRequireTlsUnderTlsOnly() throws Exception {
        TestKeys.prepare();
        try (TestServer server =
                        TestServer.builder()
                                .plugin("tls", new Keys(true, false))
                                .plugin("all", all)
                                .start();
                SmtpClient clear = greeted(server)) {
            assertThat(clear.send("EHLO client.test").lines())
                    .contains("DSN")
                    .doesNotContain("REQUIRETLS");
            assertThat(clear.send("MAIL FROM:<a@b.test> REQUIRETLS").code()).isEqualTo(555);
            clear.send("STARTTLS");
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.send("MAIL FROM:<a@b.test> REQUIRETLS").code()).isEqualTo(503);
                assertThat(client.send("EHLO client.test").lines()).contains("REQUIRETLS");
                assertThat(client.send("MAIL FROM:<a@b.test> REQUIRETLS").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void forgetsWhatItOfferedAtHelo() throws Exception {
        try (TestServer server = server(all);
                SmtpClient client = greeted(server)) {
            client.sendAll("EHLO client.test", "HELO client.test");
            assertThat(client.send("MAIL FROM:<a@b.test> BY=60;R").code()).isEqualTo(555);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RET=FULL|250",
                "RET=hdrs|250",
                "RET=SOME|501",
                "ENVID=QQ314159|250",
                "ENVID=a+2Bb|250",
                "ENVID=a+2|501",
                "ENVID=a+2bb|501",
                "ENVID=|501",
                "BY=0;N|250",
                "BY=-5;nt|250",
                "BY=0;R|501",
                "BY=12345678901;R|501",
                "BY=12|501",
                "MT-PRIORITY=-9|250",
                "MT-PRIORITY=3|250",
                "MT-PRIORITY=10|501",
                "MT-PRIORITY=|501",
            })
    void readsParametersOfMail(String parameter, int code) throws Exception {
        try (TestServer server = server(all);
                SmtpClient client = greeted(server)) {
            client.send("EHLO client.test");
            assertThat(client.send("MAIL FROM:<a@b.test> " + parameter).code()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOTIFY=NEVER|250",
                "NOTIFY=success,DELAY,FAILURE|250",
                "NOTIFY=NEVER,SUCCESS|501",
                "NOTIFY=SUCCESS,SUCCESS|501",
                "NOTIFY=|501",
                "ORCPT=rfc822;u+2Bx@example.com|250",
                "ORCPT=utf-8;u@example.com|250",
                "ORCPT=u@example.com|501",
                "ORCPT=rfc822;|501",
            })
    void readsParametersOfRcpt(String parameter, int code) throws Exception {
        try (TestServer server = TestServer.builder().plugin("mailbox", mailbox).start();
                SmtpClient client = greeted(server)) {
            client.sendAll("EHLO client.test", "MAIL FROM:<a@b.test>");
            assertThat(client.send("RCPT TO:<u@example.com> " + parameter).code()).isEqualTo(code);
        }
    }
}
