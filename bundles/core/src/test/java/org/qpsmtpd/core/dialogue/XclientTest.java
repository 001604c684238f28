package org.qpsmtpd.core.dialogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.EhloHook;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Mailbox;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

/** Security row 31: XCLIENT, from those who are trusted and from others. */
@Timeout(120)
class XclientTest {
    private static final NoteKey<String> NOTE = new NoteKey<>("note", String.class);

    private final Mailbox mailbox = new Mailbox();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final ConnectHook look =
            connection -> {
                seen.add(text(connection));
                connection.notes().put(NOTE, "set");
                return connection.remoteIp().equals("192.0.2.66")
                        ? HookResult.deny("not from there")
                        : HookResult.DECLINED;
            };

    private static String text(Connection client) {
        return client.remoteHost()
                + " "
                + client.remoteIp()
                + " "
                + client.remotePort()
                + " "
                + client.localIp()
                + " "
                + client.localPort()
                + " "
                + client.notes().get(NOTE).orElse("new")
                + (client.authUser().isEmpty() ? "" : " " + client.authUser())
                + (client.isRelayClient() ? " relay" : "");
    }

    private TestServer server(String network) throws IOException {
        return TestServer.builder()
                .config("xclient_from", network)
                .plugin("look", look)
                .plugin("mailbox", mailbox)
                .start();
    }

    @Test
    void startsOverAsTheClientBehind() throws Exception {
        try (TestServer server = server("127.0.0.1");
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO proxy.test").lines())
                    .contains("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
            assertThat(
                            client.send(
                                            "XCLIENT NAME=spike.test ADDR=192.0.2.9 PORT=4711"
                                                    + " DESTADDR=198.51.100.2 DESTPORT=587"
                                                    + " LOGIN=joe+2Bx HELO=real.test PROTO=ESMTP")
                                    .code())
                    .isEqualTo(220);
            assertThat(client.send("MAIL FROM:<a@client.test>").code()).isEqualTo(503);
            assertThat(client.send("EHLO proxy.test").lines().get(0))
                    .isEqualTo("mx.example.org Hi spike.test [192.0.2.9]");
            client.sendAll("MAIL FROM:<a@client.test>", "RCPT TO:<u@example.com>");
            assertThat(client.data("Subject: s\n\nx\n").code()).isEqualTo(250);
        }
        assertThat(seen.get(1))
                .isEqualTo("spike.test 192.0.2.9 4711 198.51.100.2 587 new joe+x relay");
        assertThat(mailbox.message().text())
                .contains("from spike.test (HELO real.test) (192.0.2.9)")
                .contains("with ESMTPA");
    }

    @Test
    void letsTheHooksJudgeTheNameOfTheClientBehind() throws Exception {
        List<String> hosts = new CopyOnWriteArrayList<>();
        EhloHook hook =
                (connection, host, capabilities) -> {
                    hosts.add(host);
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                        TestServer.builder()
                                .config("xclient_from", "127.0.0.1")
                                .plugin("hosts", hook)
                                .start();
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("XCLIENT HELO=real.test", "EHLO proxy.test", "EHLO later.test");
        }
        assertThat(hosts).containsExactly("real.test", "later.test");
    }

    @Test
    void takesIpv6AndUnknownValues() throws Exception {
        try (TestServer server = server("127.0.0.0/8");
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(
                            client.send("XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::9 PORT=1")
                                    .code())
                    .isEqualTo(220);
            assertThat(client.send("XCLIENT ADDR=2001:db8::a NAME=[TEMPUNAVAIL]").code())
                    .isEqualTo(220);
        }
        assertThat(seen.get(1)).startsWith("Unknown 2001:db8::9 1 ");
        assertThat(seen.get(2)).startsWith("Unknown 2001:db8::a 0 ");
    }

    @Test
    void refusesTheClientBehindAsAnyOther() throws Exception {
        try (TestServer server = server("127.0.0.1");
                SmtpClient client = server.connect()) {
            client.read();
            client.write("XCLIENT ADDR=192.0.2.66\r\nNOOP\r\n");
            assertThat(client.readToEnd()).isEqualTo("550 5.7.1 not from there\r\n");
        }
    }

    @Test
    void refusesItInsideATransaction() throws Exception {
        try (TestServer server = server("127.0.0.1");
                SmtpClient client = server.connect()) {
            client.read();
            client.sendAll("EHLO proxy.test", "MAIL FROM:<a@client.test>");
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").code()).isEqualTo(503);
            assertThat(client.send("RCPT TO:<u@example.com>").code()).isEqualTo(250);
        }
        assertThat(seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "XCLIENT",
                "XCLIENT ADDR",
                "XCLIENT =x",
                "XCLIENT COLOUR=red",
                "XCLIENT ADDR=192.0.2.9 ADDR=192.0.2.10",
                "XCLIENT ADDR=192.0.2.999",
                "XCLIENT ADDR=host.test",
                "XCLIENT PORT=70000",
                "XCLIENT PORT=-1",
                "XCLIENT PROTO=LMTP",
                "XCLIENT NAME=a+0D+0ARCPT",
                "XCLIENT HELO=a+0",
                "XCLIENT HELO=a+zz",
                "XCLIENT HELO=+FF",
                "XCLIENT LOGIN=+C2+85",
                "XCLIENT HELO=a=b",
                "XCLIENT HELO=\u00fc.test"
            })
    void refusesWhatIsNoListOfAttributesAsAWhole(String command) throws Exception {
        try (TestServer server = server("127.0.0.1");
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send(command).toString()).startsWith("501 5.5.4 Bad XCLIENT: ");
            assertThat(client.send("EHLO proxy.test").text()).contains("[127.0.0.1]");
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void refusesStrangers() throws Exception {
        try (TestServer server = server("192.0.2.0/24");
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("EHLO proxy.test").text()).doesNotContain("XCLIENT");
            assertThat(client.send("XCLIENT ADDR=192.0.2.9").toString())
                    .isEqualTo("550 5.7.1 XCLIENT is not accepted from you");
            server.awaitLog("XCLIENT from a stranger");
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void isTrustedByTheSocketHoweverOftenItSpeaksForOthers() throws Exception {
        try (TestServer server = server("127.0.0.1");
                SmtpClient client = server.connect()) {
            client.read();
            assertThat(client.send("XCLIENT ADDR=192.0.2.9 LOGIN=joe").code()).isEqualTo(220);
            assertThat(client.send("XCLIENT ADDR=192.0.2.10").code()).isEqualTo(220);
        }
        assertThat(seen.get(2)).contains(" 192.0.2.10 ").doesNotContain("joe", "relay", "set");
    }
}
