package org.qpsmtpd.plugin.stunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeResolver;
import org.qpsmtpd.testkit.SmtpClient;
import org.qpsmtpd.testkit.TestServer;

class StunnelPluginTest {
    private static final String LINE = "PROXY TCP4 192.0.2.9 198.51.100.25 50060 465";

    private final List<String> connects = new CopyOnWriteArrayList<>();

    private static StunnelPlugin plugin(boolean on) {
        return new StunnelPlugin(Configs.config(StunnelConfig.class, Map.of("proxy", on)));
    }

    private TestServer.Builder server() {
        ConnectHook hook =
                connection -> {
                    connects.add(
                            connection.remoteIp()
                                    + ":"
                                    + connection.remotePort()
                                    + " "
                                    + connection.remoteHost()
                                    + " "
                                    + connection.localIp()
                                    + ":"
                                    + connection.localPort());
                    return connection.remoteIp().equals("192.0.2.66")
                            ? HookResult.deny("not you")
                            : HookResult.DECLINED;
                };
        return TestServer.builder().plugin("stunnel", plugin(true)).plugin("connect", hook);
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.9 198.51.100.25 50060 465, 192.0.2.9:50060, 198.51.100.25:465",
        "proxy TCP6 2001:db8::9 2001:db8::25 1 65535, 2001:db8::9:1, 2001:db8::25:65535"
    })
    void theSessionBeginsAnewForTheClientBehind(String line, String client, String server)
            throws Exception {
        FakeResolver resolver =
                new FakeResolver()
                        .withPointers("127.0.0.1", "localhost")
                        .withPointers("192.0.2.9", "client.example.org")
                        .withPointers("2001:db8::9", "client.example.org");
        try (TestServer started = server().resolver(resolver).start();
                SmtpClient session = started.connect()) {
            session.read();
            session.write(line + "\r\n");

            assertThat(session.send("EHLO x").lines().get(0))
                    .as("no reply before")
                    .startsWith("mx.example.org Hi client.example.org [");
            assertThat(connects).hasSize(2);
            assertThat(connects.get(1)).isEqualTo(client + " client.example.org " + server);
        }
    }

    @Test
    void whoIsNotLetInIsToldAtOnce() throws Exception {
        try (TestServer started = server().start();
                SmtpClient session = started.connect()) {
            session.read();

            assertThat(session.send("PROXY TCP4 192.0.2.66 198.51.100.25 1 465").text())
                    .contains("not you");
            assertThat(session.readToEnd()).isEmpty();
        }
    }

    @Test
    void oneLineIsBelieved() throws Exception {
        try (TestServer started = server().start();
                SmtpClient session = started.connect()) {
            session.read();
            session.write(LINE + "\r\n");

            assertThat(session.send("PROXY TCP4 127.0.0.1 127.0.0.1 1 2").code()).isEqualTo(554);
            assertThat(session.readToEnd()).isEmpty();
        }
    }

    @Test
    void itMustComeBeforeTheGreeting() throws Exception {
        try (TestServer started = server().start();
                SmtpClient session = started.connect()) {
            session.read();
            session.send("EHLO x");

            assertThat(session.send(LINE).code()).isEqualTo(554);
            assertThat(session.readToEnd()).isEmpty();
            assertThat(connects).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "UNKNOWN",
                "TCP4 192.0.2.9 198.51.100.25 50060",
                "TCP4 192.0.2.9 198.51.100.25 50060 465 x",
                "TCP4 192.0.2.9  198.51.100.25 50060 465",
                "TCP4 host.example.org 198.51.100.25 50060 465",
                "TCP4 2001:db8::9 198.51.100.25 50060 465",
                "TCP6 192.0.2.9 2001:db8::1 50060 465",
                "TCP4 192.0.2.9 198.51.100.25 65536 465",
                "TCP4 192.0.2.9 198.51.100.25 -1 465",
                "TCP5 192.0.2.9 198.51.100.25 1 465"
            })
    void refusesOtherLines(String argument) {
        FakeConnection local = FakeConnection.from("127.0.0.1");

        assertThat(plugin(true).onUnrecognizedCommand(local, "proxy", argument).action())
                .isEqualTo(Action.DENY_DISCONNECT);
    }

    @Test
    void believesThisMachineOnlyAndOnlyWhenItIsOn() {
        String good = LINE.substring("PROXY ".length());
        FakeConnection local = FakeConnection.from("127.0.0.1");
        FakeConnection stranger = FakeConnection.from("192.0.2.1");

        assertThat(plugin(true).onUnrecognizedCommand(local, "proxy", good).action())
                .isEqualTo(Action.OK);
        assertThat(plugin(true).onUnrecognizedCommand(stranger, "proxy", good).action())
                .isEqualTo(Action.DENY_DISCONNECT);
        assertThat(plugin(false).onUnrecognizedCommand(local, "proxy", good))
                .isEqualTo(HookResult.DECLINED);
        assertThat(plugin(true).onUnrecognizedCommand(local, "foo", ""))
                .isEqualTo(HookResult.DECLINED);
    }
}
