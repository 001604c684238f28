package org.qpsmtpd.core.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.qpsmtpd.api.hook.Action;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;

/**
 * Hands each log line of a server to its logging plugins in order, or, when there is none, to the
 * built-in log up to the level of {@code loglevel}. Asking whether a level is shown costs one
 * volatile read.
 */
public final class LogRouter {
    /** The level of the built-in logger when {@code loglevel} says nothing. */
    public static final LogLevel DEFAULT_LEVEL = LogLevel.WARN;

    private final BuiltInLog builtIn;
    private final String server;
    private final ThreadLocal<Boolean> logging = ThreadLocal.withInitial(() -> false);
    private volatile Loggers loggers = Loggers.of(List.of(), DEFAULT_LEVEL, List.of());
    private volatile Runnable onChange = () -> {};

    /**
     * Who takes lines.
     *
     * @param most the least urgent level that the log shows
     * @param threshold the least urgent level that anybody wants to see
     */
    private record Loggers(
            List<LoggingHook> hooks,
            LogLevel most,
            LogLevel threshold,
            List<LoggingHook> recorders,
            List<Consumer<LogRecord>> traces) {
        static Loggers of(
                List<LoggingHook> hooks, LogLevel most, List<Consumer<LogRecord>> traces) {
            return new Loggers(
                    List.copyOf(hooks),
                    most,
                    traces.isEmpty() ? most : LogLevel.DEBUG,
                    hooks.stream().filter(LoggingHook::takesRecords).toList(),
                    List.copyOf(traces));
        }

        Loggers withTraces(Consumer<List<Consumer<LogRecord>>> step) {
            List<Consumer<LogRecord>> changed = new ArrayList<>(traces);
            step.accept(changed);
            return of(hooks, most, changed);
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
        this.builtIn = builtIn;
        this.server = server;
    }

    /**
     * Replaces the logging plugins; without any, the built-in logger shows lines up to the given
     * level.
     */
    public void use(List<LoggingHook> hooks, LogLevel builtInLevel) {
        LogLevel most =
                hooks.stream()
                        .map(LoggingHook::threshold)
                        .reduce((a, b) -> a.shows(b) ? a : b)
                        .orElse(builtInLevel);
        change(before -> Loggers.of(hooks, most, before.traces()));
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

    /** The least urgent level that anybody wants to see. */
    public LogLevel threshold() {
        return loggers.threshold();
    }

    /** Whether a line of this level would be seen. */
    public boolean shows(LogLevel level) {
        return loggers.threshold().shows(level);
    }

    /** Writes a line of the core that belongs to no connection. */
    public void log(LogLevel level, String text) {
        log(level, "", text);
    }

    /** Writes a line of the core about a connection. */
    public void log(LogLevel level, String connectionId, String text) {
        if (shows(level)) {
            route(new LogRecord(Instant.now(), level, connectionId, "", "", LogText.clean(text)));
        }
    }

    /** Writes a line of, or about, a plugin. */
    public void log(LogLevel level, PluginCall call, String text) {
        LogLevel adjusted = call.adjust(level);
        if (shows(adjusted)) {
            route(
                    new LogRecord(
                            Instant.now(),
                            adjusted,
                            call.connectionId(),
                            call.hook(),
                            call.plugin(),
                            LogText.clean(text)));
        }
    }

    /** Writes what a library or plugin said through slf4j, with the hook it runs in, if any. */
    void logForeign(LogLevel level, String text) {
        Optional<PluginCall> call = PluginCall.current();
        if (call.isPresent()) {
            log(level, call.get(), text);
        } else {
            log(level, text);
        }
    }

    /** Whether a logging plugin takes the records of sessions. */
    public boolean takesRecords() {
        return !loggers.recorders().isEmpty();
    }

    /** Gives the record of a session that is over to the logging plugins that take it. */
    public void sessionEnded(SessionRecord record) {
        for (LoggingHook recorder : loggers.recorders()) {
            try {
                recorder.onSessionEnd(record);
            } catch (RuntimeException e) {
                reportFailure(e);
            }
        }
    }

    private void reportFailure(RuntimeException failure) {
        builtIn.complain("logging plugin failed: " + LogText.clean(failure.toString()));
    }

    private void route(LogRecord line) {
        Loggers now = loggers;
        now.traces().forEach(trace -> trace.accept(line));
        if (!now.most().shows(line.level())) {
            return;
        }
        List<LoggingHook> hooks = now.hooks();
        if (hooks.isEmpty()) {
            builtIn.write(line);
            return;
        }
        if (logging.get()) {
            return; // said by a logging plugin itself
        }
        logging.set(true);
        try {
            offer(hooks, withServer(line));
        } finally {
            logging.remove();
        }
    }

    /** Several servers may write to one file; the ids of connections tell their server already. */
    private LogRecord withServer(LogRecord line) {
        if (server.isEmpty() || !line.connectionId().isEmpty()) {
            return line;
        }
        return new LogRecord(
                line.time(),
                line.level(),
                line.connectionId(),
                line.hook(),
                line.plugin(),
                server + ": " + line.text());
    }

    private void offer(List<LoggingHook> hooks, LogRecord line) {
        for (LoggingHook hook : hooks) {
            try {
                if (hook.threshold().shows(line.level())
                        && hook.onLog(line).action() == Action.OK) {
                    return;
                }
            } catch (RuntimeException e) {
                reportFailure(e);
            }
        }
    }
}
