package org.qpsmtpd.plugin.logging.devnull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

class DevnullPluginTest {
    private final DevnullPlugin plugin = new DevnullPlugin();

    @Test
    void leavesLinesToOtherLoggers() {
        LogRecord record = new LogRecord(Instant.EPOCH, LogLevel.EMERG, "", "", "", "a line");
        assertThat(plugin.onLog(record)).isEqualTo(HookResult.DECLINED);
    }

    @Test
    void asksForAsFewLinesAsPossible() {
        assertThat(plugin.threshold()).isEqualTo(LogLevel.EMERG);
    }
}
