package org.qpsmtpd.plugin.connectiontime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.plugin.PluginFigures.Figure;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeAdmission;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;

class ConnectionTimePluginTest {
    private final FakeClock clock = new FakeClock();
    private final FakeConnection connection = FakeConnection.create().withClock(clock);

    private final List<String> log = new ArrayList<>();

    private ConnectionTimePlugin plugin(Map<String, ?> settings) {
        return new ConnectionTimePlugin(
                Configs.config(ConnectionTimeConfig.class, settings),
                (level, line) -> log.add(level + " " + line));
    }

    @Test
    void countsFromTheFirstOfItsHooks() {
        ConnectionTimePlugin plugin = plugin(Map.of());
        assertThat(plugin.onPreConnection(new FakeAdmission(connection, 0, 1)))
                .isEqualTo(HookResult.DECLINED);
        clock.advance(Duration.ofMillis(1_500));
        assertThat(plugin.onConnect(connection)).isEqualTo(HookResult.DECLINED);
        clock.advance(Duration.ofMillis(501));
        plugin.onPostConnection(connection);

        assertThat(plugin.figures())
                .containsExactly(
                        Figure.counter("connections", 1),
                        Figure.counter("milliseconds", 2_001),
                        Figure.gauge("longest_milliseconds", 2_001));
        assertThat(log).containsExactly("INFO 2.001 s.");
    }

    @Test
    void aConnectionWithoutBeginningIsNotCounted() {
        ConnectionTimePlugin plugin = plugin(Map.of());
        plugin.onPostConnection(connection);

        assertThat(plugin.figures()).contains(Figure.counter("connections", 0));
        assertThat(log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, ERROR", "3, ERROR", "LOGWARN, WARN", "notice, INFO", "7, DEBUG"})
    void logsAtItsLevel(String level, String shown) {
        ConnectionTimePlugin plugin = plugin(Map.of("level", level));
        assertThat(plugin.onConnect(connection)).isEqualTo(HookResult.DECLINED);
        plugin.onPostConnection(connection);
        assertThat(log).containsExactly(shown + " 0.000 s.");
    }

    @Test
    void refusesAnUnknownLevel() {
        assertThatThrownBy(() -> plugin(Map.of("level", "loud")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'loud'");
    }
}
