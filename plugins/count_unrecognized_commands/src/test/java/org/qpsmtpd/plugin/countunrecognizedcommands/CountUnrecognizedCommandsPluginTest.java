package org.qpsmtpd.plugin.countunrecognizedcommands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.session.NoteKey;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;

class CountUnrecognizedCommandsPluginTest {
    private static final NoteKey<Integer> COUNT = new NoteKey<>("unrec_cmd_count", Integer.class);

    private final FakeConnection connection = FakeConnection.create();

    @Test
    void letsFourCommandsPassByDefaultAndClosesAtTheFourth() {
        CountUnrecognizedCommandsPlugin plugin = plugin(Map.of());

        assertThat(Stream.generate(() -> say(plugin).action()).limit(4))
                .containsExactly(
                        Action.DECLINED, Action.DECLINED, Action.DECLINED, Action.DENY_DISCONNECT);
    }

    @Test
    void countsInTheConnectionsNote() {
        CountUnrecognizedCommandsPlugin plugin = plugin(Map.of("limit", 2));

        assertThat(say(plugin).action()).isEqualTo(Action.DECLINED);
        assertThat(connection.notes().get(COUNT)).contains(1);

        connection.notes().put(COUNT, 2);
        assertThat(say(plugin).action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(say(plugin).action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(connection.notes().get(COUNT)).contains(4);
    }

    @Test
    void namesTheCountToTheClient() {
        HookResult result = say(plugin(Map.of("limit", "1")));

        assertThat(result)
                .isEqualTo(
                        HookResult.denyDisconnect(
                                        "Closing connection, 1 unrecognized commands."
                                                + " Perhaps you should read RFC 2821?")
                                .because("fail: unrecognized command 1 of 1"));
    }

    @Test
    void countsEachConnectionByItself() {
        CountUnrecognizedCommandsPlugin plugin = plugin(Map.of("limit", 2));
        say(plugin);

        HookResult other =
                plugin.onUnrecognizedCommand(FakeConnection.from("192.0.2.2"), "nonsense", "");

        assertThat(other.action()).isEqualTo(Action.DECLINED);
        assertThat(other.reason()).isEqualTo("fail, tolerated: unrecognized command 1 of 2");
    }

    private HookResult say(CountUnrecognizedCommandsPlugin plugin) {
        return plugin.onUnrecognizedCommand(connection, "nonsense", "");
    }

    private static CountUnrecognizedCommandsPlugin plugin(Map<String, ?> settings) {
        return new CountUnrecognizedCommandsPlugin(
                Configs.config(CountUnrecognizedCommandsConfig.class, settings));
    }
}
