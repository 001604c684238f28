package org.qpsmtpd.plugin.noopcounter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.Address;
import org.qpsmtpd.api.mail.Parameters;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.testkit.Configs;
import org.qpsmtpd.testkit.FakeConnection;
import org.qpsmtpd.testkit.FakeRecipient;
import org.qpsmtpd.testkit.FakeTransaction;

class NoopCounterPluginTest {
    private static final FakeConnection CONNECTION = FakeConnection.create();
    private static final FakeTransaction TRANSACTION = FakeTransaction.on(CONNECTION);

    private static NoopCounterPlugin plugin(Map<String, ?> settings) {
        return new NoopCounterPlugin(Configs.config(NoopCounterConfig.class, settings));
    }

    @Test
    void closesAtTheThirdInARowByDefault() {
        NoopCounterPlugin plugin = plugin(Map.of());
        Connection connection = FakeConnection.create();

        assertThat(plugin.onNoop(connection)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onNoop(connection)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onNoop(connection))
                .isEqualTo(
                        HookResult.denyDisconnect(
                                        "Stop wasting my time, too many consecutive NOOPs")
                                .because("fail: 3 NOOPs in a row"));
    }

    @Test
    void countsEachConnectionByItself() {
        NoopCounterPlugin plugin = plugin(Map.of("limit", 2));
        var unused = plugin.onNoop(FakeConnection.create());

        assertThat(plugin.onNoop(FakeConnection.create()).action()).isEqualTo(Action.DECLINED);
    }

    private static Stream<Function<NoopCounterPlugin, HookResult>> others() {
        return Stream.of(
                plugin -> plugin.onHelo(CONNECTION, "a.example.net"),
                plugin -> plugin.onEhlo(CONNECTION, "a.example.net", List.of()),
                plugin -> plugin.onMail(TRANSACTION, Address.NULL, Parameters.NONE),
                plugin -> plugin.onRcpt(TRANSACTION, FakeRecipient.of("amy@example.com")),
                plugin -> plugin.onData(TRANSACTION),
                plugin -> plugin.onVrfy(CONNECTION, "amy"),
                plugin -> plugin.onHelp(CONNECTION, ""),
                plugin -> {
                    plugin.onResetTransaction(TRANSACTION);
                    return HookResult.DECLINED;
                });
    }

    @ParameterizedTest
    @MethodSource("others")
    void anyOtherCommandEndsTheRow(Function<NoopCounterPlugin, HookResult> other) {
        NoopCounterPlugin plugin = plugin(Map.of("limit", "2"));
        assertThat(other.apply(plugin)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onNoop(CONNECTION).action()).isEqualTo(Action.DECLINED);
        assertThat(other.apply(plugin)).isEqualTo(HookResult.DECLINED);
        assertThat(plugin.onNoop(CONNECTION).action()).isEqualTo(Action.DECLINED);
        assertThat(plugin.onNoop(CONNECTION).action()).isEqualTo(Action.DENY_DISCONNECT);
        assertThat(other.apply(plugin)).isEqualTo(HookResult.DECLINED);
    }
}
