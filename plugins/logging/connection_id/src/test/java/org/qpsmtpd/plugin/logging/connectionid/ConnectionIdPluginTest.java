package org.qpsmtpd.plugin.logging.connectionid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.testkit.Configs;

final class ConnectionIdPluginTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private ConnectionIdPlugin plugin(Map<String, Object> options) {
        return new ConnectionIdPlugin(
                Configs.config(ConnectionIdConfig.class, options),
                new PrintStream(out, true, UTF_8));
    }

    @Test
    void writesTheIdBeforeTheLine() {
        ConnectionIdPlugin plugin = plugin(Map.of());
        LogRecord inMessage =
                new LogRecord(
                        Instant.EPOCH, LogLevel.WARN, "c1", "c1-2", "rcpt", "rcpt_ok", "grüße");
        assertThat(plugin.onLog(inMessage)).isEqualTo(HookResult.DECLINED);
        plugin.onLog(new LogRecord(Instant.EPOCH, LogLevel.ERROR, "c1", "", "", "between"));
        plugin.onLog(new LogRecord(Instant.EPOCH, LogLevel.ERROR, "", "", "", "outside"));

        assertThat(out.toString(UTF_8))
                .isEqualTo("c1 (rcpt) rcpt_ok: grüße\nc1 between\n??? outside\n");
    }

    @Test
    void writesUpToItsLevel() {
        ConnectionIdPlugin plugin = plugin(Map.of("level", "LOGINFO"));
        plugin.onLog(new LogRecord(Instant.EPOCH, LogLevel.DEBUG, "", "", "", "hidden"));
        plugin.onLog(new LogRecord(Instant.EPOCH, LogLevel.INFO, "", "", "", "shown"));

        assertThat(plugin.threshold()).isEqualTo(LogLevel.INFO);
        assertThat(plugin(Map.of()).threshold()).isEqualTo(LogLevel.WARN);
        assertThat(out.toString(UTF_8)).isEqualTo("??? shown\n");
        assertThatThrownBy(() -> plugin(Map.of("level", "LOUD")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'LOUD'");
    }
}
