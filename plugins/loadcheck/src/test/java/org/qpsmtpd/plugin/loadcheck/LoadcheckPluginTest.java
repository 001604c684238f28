package org.qpsmtpd.plugin.loadcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeClock;
import org.qpsmtpd.testkit.FakeConnection;

class LoadcheckPluginTest {
    private final FakeClock clock = new FakeClock();
    private final FakeConnection connection = FakeConnection.create().withClock(clock);
    private double load;

    private LoadcheckPlugin plugin(Map<String, ?> settings) {
        return new LoadcheckPlugin(Configs.config(LoadcheckConfig.class, settings), () -> load);
    }

    @Test
    void defersAboveSevenByDefault() {
        load = 7.0;
        assertThat(plugin(Map.of()).onConnect(connection)).isEqualTo(HookResult.pass("load 7.00"));
        load = 7.01;
        assertThat(plugin(Map.of()).onConnect(connection))
                .isEqualTo(
                        HookResult.denySoft("Server load too high, please try again later.")
                                .because("fail: load 7.01"));
    }

    @Test
    void asksAgainWhenTheTimeIsOver() {
        LoadcheckPlugin plugin = plugin(Map.of("max_load", "1.5", "cache_time", 3));
        load = 2;
        assertThat(plugin.onConnect(connection).action()).isEqualTo(Action.DENYSOFT);
        load = 1;
        clock.advance(Duration.ofSeconds(2));
        assertThat(plugin.onConnect(connection).action()).isEqualTo(Action.DENYSOFT);
        clock.advance(Duration.ofSeconds(1));
        assertThat(plugin.onConnect(connection).action()).isEqualTo(Action.DECLINED);
    }

    @Test
    void takesClientsWhereTheLoadIsNotKnown() {
        load = -1;
        assertThat(plugin(Map.of()).onConnect(connection))
                .isEqualTo(HookResult.DECLINED.because("skip: the load is not known"));
    }

    @Test
    void readsTheLoadOfThisMachine() {
        LoadcheckPlugin plugin =
                new LoadcheckPlugin(Configs.config(LoadcheckConfig.class, Map.of("max_load", 9e9)));
        assertThat(plugin.onConnect(connection).reason()).matches("pass: load \\d+\\.\\d\\d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "Infinity"})
    void refusesALimitThatMeansNothing(String limit) {
        assertThatThrownBy(() -> plugin(Map.of("max_load", limit)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("max_load is not above 0");
    }
}
