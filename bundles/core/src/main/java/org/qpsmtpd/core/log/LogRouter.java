package org.qpsmtpd.core.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * Hands each log line of a server to its logging plugins in order, or, when there is none, to the
 * built-in log up to the level of {@code loglevel}. Asking whether a level is shown costs one
 * volatile read. Whoever logs never waits and never hears of a failure: lines and records pass a
 * bounded queue, and are lost and counted when it is full.
 */
public final class LogRouter {
    /** The level of the built-in logger when {@code loglevel} says nothing. */
    public static final LogLevel DEFAULT_LEVEL = LogLevel.WARN;

    /** How long a change of loggers or the end waits for what is to be written before. */
    private static final long FLUSH_MILLIS = 2000;

    private final String server;
    private final LogWriter writer;
    private final BuiltInLog builtIn;
    private final Map<String, String> messages = new ConcurrentHashMap<>();
    private volatile boolean hidesErrors;
    private volatile Loggers loggers = new Loggers(DEFAULT_LEVEL, false, false, List.of());
    private volatile Runnable onChange = () -> {};
    private volatile Set<LevelSetting> settings = Set.of();
    private volatile Function<String, Optional<PluginCall>> speakers = logger -> Optional.empty();

    /**
     * Who takes lines.
     *
     * @param most the least urgent level that the log shows
     * @param takesRecords whether somebody takes the records of sessions
     * @param takesDecisions whether somebody takes what happens in sessions
     */
    private record Loggers(
            LogLevel most,
            boolean takesRecords,
            boolean takesDecisions,
            List<Consumer<LogRecord>> traces) {
        /** The least urgent level that anybody wants to see. */
        LogLevel threshold() {
            return traces.isEmpty() ? most : LogLevel.DEBUG;
        }

        Loggers withTraces(Consumer<List<Consumer<LogRecord>>> step) {
            List<Consumer<LogRecord>> changed = new ArrayList<>(traces);
            step.accept(changed);
            return new Loggers(most, takesRecords, takesDecisions, List.copyOf(changed));
        }
    }

    /** Of the only server. */
    public LogRouter(BuiltInLog builtIn) {
        this(builtIn, "");
    }

    /**
     * @param builtIn where lines go while no logging plugin is there
     * @param server what tells the server from others, for lines that belong to no connection; may
     *     be empty
     */
    public LogRouter(BuiltInLog builtIn, String server) {
        this(builtIn, server, LogWriter.USUAL_LIMIT_MILLIS);
    }

    /**
     * @param limitMillis how long a logging plugin may take for a line
     */
    LogRouter(BuiltInLog builtIn, String server, long limitMillis) {
        this.server = server;
        this.builtIn = builtIn;
        LoggingHook hook =
                line -> {
                    builtIn.write(line);
                    return HookResult.OK;
                };
        LogTaker taker = new LogTaker("built-in log", hook, LogLevel.DEBUG, false, false, true);
        String prefix = server.isEmpty() ? "" : server + "/";
        writer = new LogWriter(prefix, LogTarget.builtIn(taker), DEFAULT_LEVEL, limitMillis);
    }

    /**
     * Replaces the logging plugins; without any, the built-in logger shows lines up to the given
     * level. What was said before goes to those that were there, if they take it soon.
     */
    public void use(List<LogTaker> takers, LogLevel builtInLevel) {
        List<LogTarget> known = writer.targets();
        List<LogTarget> next = takers.stream().map(taker -> target(taker, known)).toList();
        if (!next.equals(known)) {
            writer.flush(FLUSH_MILLIS);
        }
        writer.use(next, builtInLevel);
        LogLevel most =
                takers.stream()
                        .map(LogTaker::threshold)
                        .reduce((a, b) -> a.shows(b) ? a : b)
                        .orElse(builtInLevel);
        hidesErrors = !takers.isEmpty() && takers.stream().noneMatch(LogTaker::showsErrors);
        boolean records = takers.stream().anyMatch(LogTaker::takesRecords);
        boolean decisions = takers.stream().anyMatch(LogTaker::takesDecisions);
        change(before -> new Loggers(most, records, decisions, before.traces()));
    }

    /** One that is used on keeps what is held against it. */
    private LogTarget target(LogTaker taker, List<LogTarget> known) {
        return known.stream()
                .filter(target -> target.taker().equals(taker))
                .findFirst()
                .orElseGet(() -> LogTarget.plugin(taker, server));
    }

    /**
     * Waits until what was said before has been written.
     *
     * @param millis how long at most
     * @return false when it took longer
     */
    public boolean flush(long millis) {
        return writer.flush(millis);
    }

    /** Writes what waits, within a bound, and ends; what is said later is lost. */
    public void close() {
        writer.close(FLUSH_MILLIS);
    }

    /** Gives each line to somebody as well, at every level, until {@link #untrace}. */
    public void trace(Consumer<LogRecord> listener) {
        change(before -> before.withTraces(traces -> traces.add(listener)));
    }

    /** Ends what {@link #trace} began. */
    public void untrace(Consumer<LogRecord> listener) {
        change(before -> before.withTraces(traces -> traces.remove(listener)));
    }

    private synchronized void change(UnaryOperator<Loggers> step) {
        loggers = step.apply(loggers);
        onChange.run();
    }

    /** Calls back whenever the threshold may have changed. */
    void onChange(Runnable action) {
        onChange = action;
        action.run();
    }

    /**
     * What plugins' lines say of the levels of what they log, so that a line is not left out before
     * its level has been changed.
     */
    public void expect(Collection<LevelSetting> ofPlugins) {
        Set<LevelSetting> next = Set.copyOf(ofPlugins);
        if (!next.equals(settings)) {
            settings = next;
            onChange.run();
        }
    }

    /** The least urgent level that anybody can say something at which is seen. */
    LogLevel threshold() {
        LogLevel usual = loggers.threshold();
        return settings.stream()
                .map(setting -> setting.leastUrgent(usual))
                .reduce(usual, (a, b) -> a.shows(b) ? a : b);
    }

    /** Whether a line of this level would be seen, when it is no plugin's. */
    public boolean shows(LogLevel level) {
        return loggers.threshold().shows(level);
    }

    /** Whether a line of this level would be seen of a plugin with a setting. */
    public boolean shows(LogLevel level, LevelSetting setting) {
        return shows(setting.adjust(level));
    }

    /** Writes a line of the core that belongs to no connection. */
    public void log(LogLevel level, String text) {
        log(level, "", text);
    }

    /**
     * Writes a line of the core that somebody must see who looks at the terminal: also into the
     * built-in log when the logging plugins write elsewhere.
     */
    public void alarm(String text) {
        log(LogLevel.ERROR, text);
        if (hidesErrors) {
            builtIn.write(
                    new LogRecord(Instant.now(), LogLevel.ERROR, "", "", "", LogText.clean(text)));
        }
    }

    /**
     * Writes a line that was printed before there were logging plugins, if they write elsewhere.
     */
    public void repeat(String text) {
        if (hidesErrors) {
            log(LogLevel.ERROR, text);
        }
    }

    /** Writes a line of the core about a connection. */
    public void log(LogLevel level, String connectionId, String text) {
        if (shows(level)) {
            route(line(level, connectionId, "", "", LogText.clean(text)));
        }
    }

    private LogRecord line(
            LogLevel level, String connectionId, String hook, String plugin, String text) {
        String message = messages.getOrDefault(connectionId, "");
        return new LogRecord(Instant.now(), level, connectionId, message, hook, plugin, text);
    }

    /** Writes a line of, or about, a plugin. */
    public void log(LogLevel level, PluginCall call, String text) {
        log(level, call, List.of(text));
    }

    /** Writes a line of a plugin that consists of fields, with tabs between them. */
    public void log(LogLevel level, PluginCall call, List<String> fields) {
        LogLevel adjusted = call.level().adjust(level);
        if (shows(adjusted)) {
            String text = fields.stream().map(LogText::clean).collect(Collectors.joining("\t"));
            route(line(adjusted, call.connectionId(), call.hook(), call.plugin(), text));
        }
    }

    /** From now on the lines of a connection are about a message. */
    public void messageBegan(String connectionId, String messageId) {
        messages.put(connectionId, messageId);
    }

    /** From now on they are about none. */
    public void messageEnded(String connectionId) {
        messages.remove(connectionId);
    }

    /**
     * Sets who knows whose line it is that is written outside of a call.
     *
     * @param known by the name of the logger
     */
    public void speakers(Function<String, Optional<PluginCall>> known) {
        speakers = known;
    }

    /**
     * Writes what a library or plugin said through slf4j, with the hook it runs in, if any.
     *
     * @param logger the name of the logger; null for none
     * @param text makes the line, when it is seen
     */
    void logForeign(LogLevel level, @Nullable String logger, Supplier<String> text) {
        Optional<PluginCall> call = PluginCall.current();
        if (call.isEmpty() && logger != null) {
            call = speakers.apply(logger);
        }
        if (call.isPresent() && shows(level, call.get().level())) {
            log(level, call.get(), text.get());
        } else if (call.isEmpty() && shows(level) && !isInner(level, logger)) {
            log(level, text.get());
        }
    }

    /** What a library says to those who look for its faults is none of the log of mail. */
    private static boolean isInner(LogLevel level, @Nullable String logger) {
        return level == LogLevel.DEBUG && logger != null && !logger.startsWith("org.qpsmtpd.");
    }

    /** Tells the logging plugins to open anew what they write to, behind what was said before. */
    public void reopen() {
        writer.reopen();
    }

    /** Whether a logging plugin takes the records of sessions. */
    public boolean takesRecords() {
        return loggers.takesRecords();
    }

    /** Whether a logging plugin takes what happens in sessions. */
    public boolean takesDecisions() {
        return loggers.takesDecisions();
    }

    /** Gives an answer to the logging plugins that take it. */
    public void decided(SessionMoment session, Decision decision) {
        writer.offer(SessionEvent.of(session, decision));
    }

    /** Gives what became of a message to the logging plugins that take it. */
    public void messageOver(SessionMoment session, MessageRecord message) {
        writer.offer(SessionEvent.of(session, message));
    }

    /** Gives the record of a session that is over to the logging plugins that take it. */
    public void sessionEnded(SessionRecord record) {
        writer.offer(record);
    }

    private void route(LogRecord line) {
        Loggers now = loggers;
        now.traces().forEach(trace -> follow(trace, line));
        // What a logging plugin says itself would come back to it again and again.
        if (now.most().shows(line.level()) && !LogWriter.isLogThread()) {
            writer.offer(line);
        }
    }

    private void follow(Consumer<LogRecord> trace, LogRecord line) {
        try {
            trace.accept(line);
        } catch (Throwable e) { // whoever follows the log must not end who writes it
            untrace(trace);
        }
    }
}
