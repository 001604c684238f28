package org.qpsmtpd.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;

class LogRouterTest {
    private static final long PATIENCE_MILLIS = 30_000;

    private final ByteArrayOutputStream standardError = new ByteArrayOutputStream();
    private final LogRouter router =
            new LogRouter(
                    new StreamLog(new PrintStream(standardError, true, StandardCharsets.UTF_8)));

    /** Keeps the lines of some levels. */
    private static class Logs implements LoggingHook {
        private final List<String> lines = new ArrayList<>();
        private final List<String> speakers = new ArrayList<>();
        private final LogLevel threshold;
        private final HookResult answer;

        Logs(LogLevel threshold, HookResult answer) {
            this.threshold = threshold;
            this.answer = answer;
        }

        @Override
        public HookResult onLog(LogRecord record) {
            lines.add(record.level() + ":" + record.line());
            speakers.add(record.connectionId().isEmpty() ? "-" : record.connectionId());
            return answer;
        }

        @Override
        public LogLevel threshold() {
            return threshold;
        }
    }

    private static void use(LogRouter router, LoggingHook... hooks) {
        List<LogTaker> takers = new ArrayList<>();
        for (LoggingHook hook : hooks) {
            takers.add(LogTaker.of("logger" + takers.size(), hook));
        }
        router.use(takers, LogLevel.WARN);
    }

    private void flush() {
        assertThat(router.flush(PATIENCE_MILLIS)).isTrue();
    }

    @AfterEach
    void close() {
        router.close();
    }

    private String printed() {
        return standardError.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writesToStandardErrorWithoutLoggers() {
        router.log(LogLevel.WARN, "seen");
        router.log(LogLevel.NOTICE, "not seen");

        flush();
        assertThat(printed()).matches("[0-9]+ seen\\R");
    }

    @Test
    void tellsTheServerOfLinesThatBelongToNoConnection() {
        LogRouter second = new LogRouter(new StreamLog(System.err), "second");
        Logs logs = new Logs(LogLevel.INFO, HookResult.OK);
        use(second, logs);

        second.log(LogLevel.INFO, "of the server");
        second.log(LogLevel.INFO, "second.x.1", "of a connection");

        second.close();
        assertThat(logs.lines)
                .containsExactly("INFO:second: of the server", "INFO:of a connection");
    }

    @Test
    void offersEachLineInOrderUntilOneTakesIt() {
        Logs first = new Logs(LogLevel.WARN, HookResult.OK);
        Logs second = new Logs(LogLevel.INFO, HookResult.DECLINED);
        Logs third = new Logs(LogLevel.DEBUG, HookResult.DECLINED);
        use(router, first, second, third);

        router.log(LogLevel.ERROR, "error");
        router.log(LogLevel.INFO, "info");
        router.log(LogLevel.DEBUG, "debug");

        flush();
        assertThat(first.lines).containsExactly("ERROR:error");
        assertThat(second.lines).containsExactly("INFO:info");
        assertThat(third.lines).containsExactly("INFO:info", "DEBUG:debug");
        assertThat(router.threshold()).isEqualTo(LogLevel.DEBUG);
        flush();
        assertThat(printed()).isEmpty();
    }

    @Test
    void goesOnWhenALoggerFails() {
        LoggingHook broken =
                record -> {
                    throw new StackOverflowError("disk\nfull");
                };
        Logs second = new Logs(LogLevel.DEBUG, HookResult.OK);
        use(router, broken, second);

        router.log(LogLevel.INFO, "line");
        flush();
        flush();

        assertThat(second.lines)
                .containsExactly(
                        "INFO:line",
                        "CRIT:logging plugin logger0 failed:"
                                + " java.lang.StackOverflowError: disk\\x0afull");
    }

    /** Who starts a server whose log goes into a file sees why it defers mail. */
    @Test
    void anAlarmIsPrintedWhoeverTakesTheLog() {
        router.alarm("first");
        flush();
        Logs elsewhere = new Logs(LogLevel.WARN, HookResult.OK);
        use(router, elsewhere);

        router.alarm("second");
        router.log(LogLevel.ERROR, "third");
        router.repeat("fourth");
        flush();

        assertThat(printed())
                .containsOnlyOnce("first")
                .containsOnlyOnce("second")
                .doesNotContain("third")
                .doesNotContain("fourth");
        assertThat(elsewhere.lines).containsExactly("ERROR:second", "ERROR:third", "ERROR:fourth");
    }

    @Test
    void anAlarmThatALoggerPrintsIsNotPrintedTwice() {
        Logs printing =
                new Logs(LogLevel.WARN, HookResult.DECLINED) {
                    @Override
                    public boolean writesToStandardError() {
                        return true;
                    }
                };
        use(router, printing);

        router.alarm("only");
        router.repeat("printed before");
        flush();

        assertThat(printing.lines).containsExactly("ERROR:only");
        assertThat(printed()).doesNotContain("only");
    }

    @Test
    void theBuiltInLogTakesWhatNoLoggerDoes() {
        LoggingHook broken =
                record -> {
                    throw new AssertionError("never");
                };
        use(router, broken);

        for (int i = 0; i < 10; i++) {
            router.log(LogLevel.WARN, "line " + i);
        }
        flush();
        flush();

        assertThat(printed())
                .contains("line 0", "line 9", "logger0 failed again and again")
                .containsOnlyOnce("it is passed over for 30 seconds");
    }

    @Test
    void survivesWhatCannotDescribeItself() {
        Logs logs = new Logs(LogLevel.DEBUG, HookResult.OK);
        JulBridge bridge = new JulBridge(router);
        try {
            use(router, logs);
            Logger.getLogger("some.library").log(Level.SEVERE, "failed", new Unspeakable());
        } finally {
            bridge.close();
        }

        flush();
        assertThat(logs.lines).containsExactly("ERROR:failed: " + Unspeakable.class.getName());
    }

    /** Fails when it is asked what it is. */
    private static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new AssertionError("not even this");
        }
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
        use(router, talkative);

        router.log(LogLevel.INFO, "line");
        router.log(LogLevel.INFO, "next");

        flush();
        assertThat(lines).containsExactly("line", "next");
    }

    @Test
    void adjustsAPluginsLevel() {
        Logs logs = new Logs(LogLevel.INFO, HookResult.OK);
        use(router, logs);
        PluginCall call = new PluginCall("helo", "ehlo", "1", LevelSetting.parse("-3"));

        router.log(LogLevel.DEBUG, call, "urgent now\n");

        flush();
        assertThat(logs.lines).containsExactly("WARN:(ehlo) helo: urgent now\\x0a");
    }

    /** A line of a plugin through slf4j, at INFO, while warnings are wanted. */
    private List<String> saidByAPlugin(String setting) {
        Logs logs = new Logs(LogLevel.WARN, HookResult.OK);
        LevelSetting level = LevelSetting.parse(setting);
        JulBridge bridge = new JulBridge(router);
        try {
            use(router, logs);
            router.expect(List.of(LevelSetting.UNCHANGED, level));
            PluginCall.enter(new PluginCall("lifted", "rcpt", "1", level));
            Logger.getLogger("of.a.plugin").info("line");
            PluginCall.enter(new PluginCall("other", "rcpt", "1", LevelSetting.UNCHANGED));
            Logger.getLogger("of.a.plugin").info("not wanted");
            PluginCall.enter(null);
            Logger.getLogger("of.a.library").info("not wanted");
        } finally {
            PluginCall.enter(null);
            bridge.close();
        }
        flush();
        return logs.lines;
    }

    @Test
    void takesALineThatItsPluginLifts() {
        assertThat(saidByAPlugin("-2")).containsExactly("WARN:(rcpt) lifted: line");
        assertThat(saidByAPlugin("3")).containsExactly("ERROR:(rcpt) lifted: line");
        assertThat(saidByAPlugin("-1")).isEmpty();
        assertThat(saidByAPlugin("5")).isEmpty();
    }

    @Test
    void tellsLoggersToOpenAnewBetweenLines() {
        List<String> seen = new ArrayList<>();
        LoggingHook file =
                new LoggingHook() {
                    @Override
                    public HookResult onLog(LogRecord record) {
                        seen.add(record.text());
                        return HookResult.OK;
                    }

                    @Override
                    public void onReload() {
                        seen.add("anew");
                    }
                };
        use(router, file);

        router.log(LogLevel.WARN, "before");
        router.reopen();
        router.log(LogLevel.WARN, "after");

        flush();
        assertThat(seen).containsExactly("before", "anew", "after");
        assertThat(printed()).isEmpty();
    }

    @Test
    void takesWhatLibrariesSay() {
        Logs logs = new Logs(LogLevel.DEBUG, HookResult.OK);
        JulBridge bridge = new JulBridge(router);
        try {
            use(router, logs);
            PluginCall.enter(new PluginCall("p", "rcpt", "1", LevelSetting.UNCHANGED));
            Logger.getLogger("some.library").fine("said {0}");
            PluginCall.enter(null);
            Logger.getLogger("some.library").severe("said outside");
            Logger.getLogger("some.library").fine("its own affair");
            Logger.getLogger("org.qpsmtpd.x").fine("ours");
        } finally {
            PluginCall.enter(null);
            bridge.close();
        }

        flush();
        assertThat(logs.lines)
                .containsExactly("DEBUG:(rcpt) p: said {0}", "ERROR:said outside", "DEBUG:ours");
    }

    private static PluginCall call(String hook, String connection) {
        return new PluginCall("p", hook, connection, LevelSetting.UNCHANGED);
    }

    @Test
    void knowsWhoSpeaksOutsideOfACall() {
        Logs logs = new Logs(LogLevel.DEBUG, HookResult.OK);
        JulBridge bridge = new JulBridge(router);
        Set<PluginCall> pending = new HashSet<>();
        router.speakers(
                logger ->
                        logger.equals("p.Plugin")
                                ? Optional.of(
                                        PluginCall.common("p", LevelSetting.UNCHANGED, pending))
                                : Optional.empty());
        try {
            use(router, logs);
            Logger.getLogger("p.Plugin").severe("by itself");
            pending.add(call("rcpt", "7"));
            Logger.getLogger("p.Plugin").severe("in the one stage");
            pending.add(call("rcpt", "8"));
            Logger.getLogger("p.Plugin").severe("in one of two");
            pending.add(call("data", "8"));
            Logger.getLogger("p.Plugin").severe("in one of three");
            call("data", "8").run(() -> Logger.getLogger("p.Plugin").severe("carried"));
            Logger.getLogger("other.Plugin").severe("of nobody");
        } finally {
            bridge.close();
        }

        flush();
        assertThat(logs.lines)
                .containsExactly(
                        "ERROR:p: by itself",
                        "ERROR:(rcpt) p: in the one stage",
                        "ERROR:(rcpt) p: in one of two",
                        "ERROR:p: in one of three",
                        "ERROR:(data) p: carried",
                        "ERROR:of nobody");
        assertThat(logs.speakers).containsExactly("-", "7", "-", "-", "8", "-");
        assertThat(PluginCall.current()).isEmpty();
    }
}
