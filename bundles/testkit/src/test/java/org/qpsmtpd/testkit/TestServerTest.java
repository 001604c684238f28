package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConfigHook;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.MailHook;
import org.qpsmtpd.api.hook.UserConfigHook;
import org.qpsmtpd.api.log.LogLevel;

class TestServerTest {
    @Test
    void asksMocksFirst() throws Exception {
        Mailbox mailbox = new Mailbox();
        try (TestServer server = TestServer.builder().plugin("mailbox", mailbox).start()) {
            server.mockHook(HookPoint.RCPT, HookResult.deny("mocked"));
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.c", "user@example.com").text()).contains("mocked");
            }
            server.unmockHook(HookPoint.RCPT);
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.c", "user@example.com").code()).isEqualTo(250);
            }
        }
    }

    @Test
    void mocksOnlyHooksThatAnswer() throws Exception {
        try (TestServer server = TestServer.builder().start()) {
            assertThatThrownBy(() -> server.mockHook(HookPoint.CONFIG, HookResult.OK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("hook config is not answered by a HookResult");
        }
    }

    @Test
    void givesPluginsTheConfiguration() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        ConnectHook plugin =
                connection -> {
                    seen.add(connection.config().value("greeted").orElse("nothing"));
                    return HookResult.DECLINED;
                };
        try (TestServer server =
                TestServer.builder()
                        .config("greeted", "# who", " all ")
                        .plugin("p", plugin)
                        .start()) {
            try (SmtpClient client = server.connect()) {
                client.read();
            }
            server.setConfig("greeted", "some");
            try (SmtpClient client = server.connect()) {
                client.read();
            }
        }
        assertThat(seen).containsExactly("all", "some");
    }

    /** The table of qpsmtpd's own tests: what user_config, config and the files give together. */
    @Test
    void asksPluginsBeforeFiles() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        MailHook plugin =
                (transaction, sender, parameters) -> {
                    for (String name : List.of("a", "b", "c", "d", "size_threshold")) {
                        String user =
                                transaction
                                        .connection()
                                        .configFor(sender)
                                        .value(name)
                                        .orElse("undefined");
                        String global =
                                transaction.connection().config().value(name).orElse("undefined");
                        seen.add(name + " " + user + " " + global);
                    }
                    return HookResult.DECLINED;
                };
        UserConfigHook user =
                (address, name) ->
                        switch (name) {
                            case "c" -> Optional.of(List.of("500"));
                            case "d" -> Optional.of(List.of());
                            default -> Optional.empty();
                        };
        ConfigHook config =
                name ->
                        switch (name) {
                            case "b", "d" -> Optional.of(List.of("1000"));
                            case "c" -> Optional.of(List.of());
                            default -> Optional.empty();
                        };
        try (TestServer server =
                        TestServer.builder()
                                .config("a", "1200")
                                .config("b", "1200")
                                .config("c", "1200")
                                .config("d", "1200")
                                .config("size_threshold", "10000")
                                .plugin("config", config)
                                .plugin("user", user)
                                .plugin("p", plugin)
                                .start();
                SmtpClient client = server.connect()) {
            client.open("a@b.c", "user@example.com");
        }
        assertThat(seen)
                .containsExactly(
                        "a 1200 1200",
                        "b 1000 1000",
                        "c 500 undefined",
                        "d undefined 1000",
                        "size_threshold 10000 10000");
    }

    @Test
    void collectsTheLogUpToItsLevel() throws Exception {
        try (TestServer server = TestServer.builder().logLevel(LogLevel.NOTICE).start();
                SmtpClient client = server.connect()) {
            client.read();
            client.send("QUIT");
            client.readToEnd();

            assertThat(server.awaitLog("Connection from").level()).isEqualTo(LogLevel.NOTICE);
            assertThat(server.logLines())
                    .contains("NOTICE:Connection from Unknown [127.0.0.1]")
                    .noneMatch(line -> line.startsWith("INFO:"));
        }
    }

    @Test
    void looksNamesUp() throws Exception {
        FakeResolver resolver = new FakeResolver().withPointers("127.0.0.1", "client.example.org");
        try (TestServer server = TestServer.builder().resolver(resolver).start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("EHLO x").lines().get(0))
                    .isEqualTo("mx.example.org Hi client.example.org [127.0.0.1]");
        }
    }

    @Test
    void looksNoNamesUpWhenTheOptionSaysSo() throws Exception {
        FakeResolver resolver = new FakeResolver().withPointers("127.0.0.1", "client.example.org");
        try (TestServer server = TestServer.builder().resolver(resolver).noRdns().start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("EHLO x").lines().get(0))
                    .isEqualTo("mx.example.org Hi Unknown [127.0.0.1]");
        }
    }

    @Test
    void greetsAClientWhoseNameIsNotToBeHad() throws Exception {
        FakeResolver resolver =
                new FakeResolver().withPointers("127.0.0.1", "client.example.org").holding();
        try (TestServer server = TestServer.builder().resolver(resolver).start();
                SmtpClient client = server.connect()) {
            assertThat(client.read().code()).isEqualTo(220);

            assertThat(client.send("EHLO x").lines().get(0))
                    .isEqualTo("mx.example.org Hi Unknown [127.0.0.1]");
        }
    }

    @Test
    void takesOneNameOfSeveral() throws Exception {
        FakeResolver resolver =
                new FakeResolver()
                        .withPointers("127.0.0.1", "a\\013\\010b.example.org", "b.example.org");
        try (TestServer server = TestServer.builder().resolver(resolver).start();
                SmtpClient client = server.connect()) {
            client.read();

            assertThat(client.send("EHLO x").lines().get(0))
                    .startsWith("mx.example.org Hi a")
                    .doesNotContain("b.example.org, ");
        }
    }
}
