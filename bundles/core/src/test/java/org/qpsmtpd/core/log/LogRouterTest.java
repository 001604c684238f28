package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.hook.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

class LogRouterTest {
    private final ByteArrayOutputStream standardError = new ByteArrayOutputStream();
    private final LogRouter router =
            new LogRouter(
                    new StreamLog(new PrintStream(standardError, true, StandardCharsets.UTF_8)));

    /** Keeps the lines of some levels. */
    private static final class Logs implements LoggingHook {
        private final List<String> lines = new ArrayList<>();
        private final LogLevel threshold;
        private final HookResult answer;

        Logs(LogLevel threshold, HookResult answer) {
            this.threshold = threshold;
            this.answer = answer;
        }

        @Override
        public HookResult onLog(LogRecord record) {
            lines.add(record.level() + ":" + record.line());
            return answer;
        }

        @Override
        public LogLevel threshold() {
            return threshold;
        }
    }

    private String printed() {
        return standardError.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesToStandardErrorWithoutLoggers() {
        router.log(LogLevel.WARN, "seen");
        router.log(LogLevel.NOTICE, "not seen");

        assertThat(printed()).matches("[0-9]+ seen\\R");
    }

    @Test
    void tellsTheServerOfLinesThatBelongToNoConnection() {
        LogRouter second = new LogRouter(new StreamLog(System.err), "second");
        Logs logs = new Logs(LogLevel.INFO, HookResult.OK);
        second.use(List.of(logs), LogLevel.WARN);

        second.log(LogLevel.INFO, "of the server");
        second.log(LogLevel.INFO, "second.x.1", "of a connection");

        assertThat(logs.lines)
                .containsExactly("INFO:second: of the server", "INFO:of a connection");
    }

    @Test
    void offersEachLineInOrderUntilOneTakesIt() {
        Logs first = new Logs(LogLevel.WARN, HookResult.OK);
        Logs second = new Logs(LogLevel.INFO, HookResult.DECLINED);
        Logs third = new Logs(LogLevel.DEBUG, HookResult.DECLINED);
        router.use(List.of(first, second, third), LogLevel.WARN);

        router.log(LogLevel.ERROR, "error");
        router.log(LogLevel.INFO, "info");
        router.log(LogLevel.DEBUG, "debug");

        assertThat(first.lines).containsExactly("ERROR:error");
        assertThat(second.lines).containsExactly("INFO:info");
        assertThat(third.lines).containsExactly("INFO:info", "DEBUG:debug");
        assertThat(router.threshold()).isEqualTo(LogLevel.DEBUG);
        assertThat(printed()).isEmpty();
    }

    @Test
    void goesOnWhenALoggerFails() {
        LoggingHook broken =
                record -> {
                    throw new IllegalStateException("disk\nfull");
                };
        Logs second = new Logs(LogLevel.DEBUG, HookResult.OK);
        router.use(List.of(broken, second), LogLevel.WARN);

        router.log(LogLevel.INFO, "line");

        assertThat(second.lines).containsExactly("INFO:line");
        assertThat(printed()).contains("logging plugin failed").contains("disk\\x0afull");
    }

    @Test
    void doesNotOfferALoggersOwnLines() {
        List<String> lines = new ArrayList<>();
        LoggingHook talkative =
                record -> {
                    lines.add(record.text());
                    router.log(LogLevel.ERROR, "said by a logger");
                    return HookResult.OK;
                };
        router.use(List.of(talkative), LogLevel.WARN);

        router.log(LogLevel.INFO, "line");
        router.log(LogLevel.INFO, "next");

        assertThat(lines).containsExactly("line", "next");
    }

    @Test
    void adjustsAPluginsLevel() {
        Logs logs = new Logs(LogLevel.INFO, HookResult.OK);
        router.use(List.of(logs), LogLevel.WARN);
        PluginCall call = new PluginCall("helo", "ehlo", "1", LevelSetting.parse("-3"));

        router.log(LogLevel.DEBUG, call, "urgent now\n");

        assertThat(logs.lines).containsExactly("WARN:(ehlo) helo: urgent now\\x0a");
    }

    @Test
    void takesWhatLibrariesSay() {
        Logs logs = new Logs(LogLevel.DEBUG, HookResult.OK);
        JulBridge bridge = new JulBridge(router);
        try {
            router.use(List.of(logs), LogLevel.WARN);
            PluginCall.enter(new PluginCall("p", "rcpt", "1", LevelSetting.UNCHANGED));
            Logger.getLogger("some.library").fine("said {0}");
            PluginCall.enter(null);
            Logger.getLogger("some.library").severe("said outside");
        } finally {
            PluginCall.enter(null);
            bridge.close();
        }

        assertThat(logs.lines).containsExactly("DEBUG:(rcpt) p: said {0}", "ERROR:said outside");
    }
}
