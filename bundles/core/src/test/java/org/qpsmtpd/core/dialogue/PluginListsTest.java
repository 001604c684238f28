package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** A client has the plugins of its list: chosen when it comes, and again when more is known. */
@Timeout(120)
class PluginListsTest {
    private final Mailbox mailbox = new Mailbox();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private ConnectHook connect(String name) {
        return connection -> {
            asked.add("connect " + name);
            return HookResult.DECLINED;
        };
    }

    private MailHook mail(String name) {
        return (transaction, sender, parameters) -> {
            asked.add("mail " + name);
            return HookResult.DECLINED;
        };
    }

    /** A server whose usual list and that of local clients, of users and of TLS differ. */
    private TestServer.Builder builder(String... clients) {
        TestServer.Builder builder =
                TestServer.builder()
                        .config("xclient_from", "127.0.0.1")
                        .plugin("tls", new Keys(true, false))
                        .plugin("look", connect("usual"))
                        .plugin("look", mail("usual"))
                        .plugin("mailbox", mailbox);
        for (String line : clients) {
            String list = line.substring(line.lastIndexOf(' ') + 1);
            builder.clients(line)
                    .pluginOf(list, "look", connect(list))
                    .pluginOf(list, "look", mail(list))
                    .pluginOf(list, "mailbox", mailbox);
        }
        return builder;
    }

    private static SmtpClient greeted(TestServer server) throws IOException {
        SmtpClient client = server.connect();
        assertThat(client.read().code()).isEqualTo(220);
        assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
        return client;
    }

    private static void deliver(SmtpClient client) throws IOException {
        client.sendAll("MAIL FROM:<a@client.test>", "RCPT TO:<u@example.com>");
        assertThat(client.data("Subject: s\n\nx\n").code()).isEqualTo(250);
    }

    @Test
    void asksThePluginsOfTheClientsNetwork() throws Exception {
        try (TestServer server = builder("127.0.0.0/8 local", "auth users").start();
                SmtpClient client = greeted(server)) {
            deliver(client);
        }
        assertThat(asked).containsExactly("connect local", "mail local");
    }

    @Test
    void asksTheUsualOnesWhereNoLineHolds() throws Exception {
        try (TestServer server = builder("10.0.0.0/8 local", "tls secret", "port 1 one").start();
                SmtpClient client = greeted(server)) {
            deliver(client);
        }
        assertThat(asked).containsExactly("connect usual", "mail usual");
    }

    @Test
    void choosesAgainAfterStarttls() throws Exception {
        TestKeys.prepare();
        try (TestServer server = builder("tls secret").start();
                SmtpClient clear = greeted(server)) {
            deliver(clear);
            assertThat(clear.send("STARTTLS").code()).isEqualTo(220);
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.send("EHLO client.test").code()).isEqualTo(250);
                deliver(client);
                assertThat(client.send("QUIT").code()).isEqualTo(221);
            }
            server.awaitLog("plugin list secret");
        }
        assertThat(asked).containsExactly("connect usual", "mail usual", "mail secret");
    }

    /** Before the handshake nothing but the port is known, and that says that there is one. */
    @Test
    void takesAPortThatBeginsWithTlsForTls() throws Exception {
        TestKeys.prepare();
        try (TestServer server =
                        TestServer.builder()
                                .plugin("tls", new Keys(true, true))
                                .plugin("look", connect("usual"))
                                .clients("tls secret")
                                .pluginOf("secret", "look", connect("secret"))
                                .start();
                SmtpClient raw = server.connect();
                SmtpClient client = raw.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
            assertThat(client.read().code()).isEqualTo(220);
        }
        assertThat(asked).containsExactly("connect secret");
    }

    @Test
    void choosesForTheClientBehindAProxyAndItsUser() throws Exception {
        try (TestServer server = builder("192.0.2.0/24 local", "auth users").start();
                SmtpClient client = greeted(server)) {
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").code()).isEqualTo(220);
            client.send("EHLO client.test");
            deliver(client);
            assertThat(client.send("XCLIENT ADDR=198.51.100.1 LOGIN=joe").code()).isEqualTo(220);
            client.send("EHLO client.test");
            deliver(client);
            assertThat(client.send("QUIT").code()).isEqualTo(221);
            assertThat(client.readToEnd()).isEmpty();
            while (server.records().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(server.records().get(0).lists())
                    .containsExactly("plugins", "local", "users");
        }
        assertThat(asked)
                .containsExactly(
                        "connect usual",
                        "connect local",
                        "mail local",
                        "connect users",
                        "mail users");
    }

    @Test
    void defersOnlyTheClientsOfABrokenList() throws Exception {
        try (TestServer server =
                        builder("192.0.2.0/24 local").faultOf("local", "no plugin 'x'").start();
                SmtpClient client = greeted(server)) {
            deliver(client);
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").toString())
                    .startsWith("421 4.3.5 mx.example.org Service not available");
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(asked).containsExactly("connect usual", "mail usual");
    }

    @Test
    void defersAfterStarttlsWhereThatListIsBroken() throws Exception {
        TestKeys.prepare();
        try (TestServer server = builder("tls secret").faultOf("secret", "no plugin 'x'").start();
                SmtpClient clear = greeted(server)) {
            assertThat(clear.send("STARTTLS").code()).isEqualTo(220);
            try (SmtpClient client = clear.encrypted(TestKeys.clientContext(), "TLSv1.3")) {
                assertThat(client.read().code()).isEqualTo(421);
            }
        }
    }

    /** A queue that honours priorities. */
    private static final class Honest implements QueueHook {
        @Override
        public HookResult onQueue(Transaction transaction) {
            return HookResult.OK;
        }

        @Override
        public Set<QueueExtension> honours() {
            return Set.of(QueueExtension.MT_PRIORITY);
        }
    }

    @Test
    void offersWhatTheListHonours() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .config("xclient_from", "127.0.0.1")
                                .plugin("mailbox", mailbox)
                                .clients("192.0.2.0/24 local")
                                .pluginOf("local", "honest", new Honest())
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("MT-PRIORITY");
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").lines()).contains("MT-PRIORITY");
            assertThat(client.send("XCLIENT ADDR=192.0.3.9").code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").lines()).doesNotContain("MT-PRIORITY");
            assertThat(client.send("MAIL FROM:<a@client.test> MT-PRIORITY=3").code())
                    .isEqualTo(555);
        }
    }

    private static ConfigHook supplying(String name, String value) {
        return file -> file.equals(name) ? Optional.of(List.of(value)) : Optional.empty();
    }

    @Test
    void hasTheSettingsThatThePluginsOfItsListSupply() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .config("xclient_from", "127.0.0.1")
                                .plugin("mailbox", mailbox)
                                .clients("192.0.2.0/24 local")
                                .pluginOf("local", "supply", supplying("databytes", "4711"))
                                .pluginOf("local", "mailbox", mailbox)
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO client.test").lines()).contains("SIZE 104857600");
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").lines()).contains("SIZE 4711");
            assertThat(client.send("XCLIENT ADDR=192.0.3.9").code()).isEqualTo(220);
            assertThat(client.send("EHLO client.test").lines()).contains("SIZE 104857600");
        }
    }
}
