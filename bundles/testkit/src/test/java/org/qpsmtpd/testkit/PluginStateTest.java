package org.qpsmtpd.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.RcptHook;
import org.qpsmtpd.api.session.PluginState;

/** How long what a plugin keeps of a session lasts. */
@Timeout(60)
class PluginStateTest {
    private final PluginState<List<String>> seen = new PluginState<>(ArrayList::new);

    @Test
    void isTheConnectionsOwn() {
        FakeConnection one = FakeConnection.create();
        FakeConnection other = FakeConnection.create();

        seen.of(one).add("a");
        seen.of(FakeTransaction.on(one)).add("b");

        assertThat(seen.of(one)).containsExactly("a");
        assertThat(seen.of(other)).isEmpty();
        assertThat(new PluginState<>(ArrayList::new).of(one)).isEmpty();
        assertThat(seen.size()).isEqualTo(3);
    }

    @Test
    void goesWithTheConnectionAndTheTransaction() {
        FakeConnection connection = FakeConnection.create();
        FakeTransaction transaction = FakeTransaction.on(connection);
        seen.of(connection).add("a");
        seen.of(transaction).add("b");

        transaction.end();
        assertThat(seen.size()).isEqualTo(1);
        connection.end();

        assertThat(seen.size()).isZero();
        assertThatThrownBy(() -> seen.of(connection))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("connection fake1 is over");
        assertThat(seen.size()).isZero();
    }

    @Test
    void goesWithThePlugin() {
        FakeConnection connection = FakeConnection.create();
        WeakReference<List<String>> kept = new WeakReference<>(ofAPluginThatIsGone(connection));

        while (kept.get() != null) {
            System.gc();
        }

        connection.end();
    }

    private static List<String> ofAPluginThatIsGone(FakeConnection connection) {
        return new PluginState<List<String>>(ArrayList::new).of(connection);
    }

    @Test
    void lastsAsLongAsWhatTheServerServes() throws Exception {
        PluginState<List<String>> ofMessage = new PluginState<>(ArrayList::new);
        RcptHook plugin =
                (transaction, recipient) -> {
                    seen.of(transaction.connection()).add("c");
                    ofMessage.of(transaction).add("t");
                    return HookResult.ok(
                            seen.of(transaction.connection()).size()
                                    + " "
                                    + ofMessage.of(transaction).size()
                                    + " "
                                    + ofMessage.size());
                };
        RcptHook said =
                (transaction, recipient) ->
                        HookResult.deny(plugin.onRcpt(transaction, recipient).text());
        try (TestServer server = TestServer.builder().plugin("counter", said).start()) {
            try (SmtpClient client = server.connect()) {
                assertThat(client.open("a@b.test", "c@example.com").text()).contains("1 1 1");
                assertThat(client.send("RCPT TO:<d@example.com>").text()).contains("2 2 1");
                client.send("RSET");
                client.send("MAIL FROM:<a@b.test>");
                assertThat(client.send("RCPT TO:<d@example.com>").text()).contains("3 1 1");
                client.send("QUIT");
            }
            while (seen.size() + ofMessage.size() > 0) {
                Thread.onSpinWait();
            }
        }
    }
}
