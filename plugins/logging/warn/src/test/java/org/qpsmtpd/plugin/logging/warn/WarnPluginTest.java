package org.qpsmtpd.plugin.logging.warn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.testkit.Configs;

class WarnPluginTest {
    private static final long PID = ProcessHandle.current().pid();

    private final List<String> writes = new ArrayList<>();
    private final PrintStream out =
            new PrintStream(
                    new ByteArrayOutputStream() {
                        @Override
                        public synchronized void write(byte[] octets, int from, int length) {
                            writes.add(new String(octets, from, length, StandardCharsets.UTF_8));
                        }
                    });

    @Test
    void writesLinesOfPluginsWithHookAndName() {
        HookResult result = log("WARN", LogLevel.WARN, "rcpt", "rcpt_ok", "fail: W\u00f6rld");
        assertThat(result).isEqualTo(HookResult.DECLINED);
        assertThat(writes).containsExactly("c1 (rcpt) rcpt_ok: fail: W\u00f6rld\n");
    }

    @Test
    void writesLinesOfTheCoreAlone() {
        LogRecord line =
                new LogRecord(
                        Instant.EPOCH, LogLevel.ERROR, "", "", "", "Listening on 0.0.0.0:2525");
        assertThat(plugin("WARN").onLog(line)).isEqualTo(HookResult.DECLINED);
        assertThat(writes).containsExactly(PID + " Listening on 0.0.0.0:2525\n");
    }

    @ParameterizedTest
    @CsvSource({
        "WARN, WARN, true",
        "WARN, NOTICE, false",
        "6, INFO, true",
        "6, DEBUG, false",
        "LOGERROR, WARN, false",
        "logradar, EMERG, true",
    })
    void writesWhatIsAsUrgentAsItsLevel(String setting, LogLevel level, boolean written) {
        log(setting, level, "", "", "a line");
        assertThat(writes).hasSize(written ? 1 : 0);
    }

    @Test
    void tellsTheServerItsLevel() {
        assertThat(plugin("5").threshold()).isEqualTo(LogLevel.NOTICE);
    }

    @Test
    void showsWarningsByDefault() {
        assertThat(new WarnPlugin(Configs.config(WarnConfig.class)).threshold())
                .isEqualTo(LogLevel.WARN);
    }

    @Test
    void refusesAnUnknownLevel() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin("loud"))
                .withMessageContaining("log level 'loud'");
    }

    private HookResult log(
            String setting, LogLevel level, String hook, String plugin, String text) {
        return plugin(setting).onLog(new LogRecord(Instant.EPOCH, level, "c1", hook, plugin, text));
    }

    private WarnPlugin plugin(String level) {
        return new WarnPlugin(Configs.config(WarnConfig.class, Map.of("level", level)), out);
    }
}
