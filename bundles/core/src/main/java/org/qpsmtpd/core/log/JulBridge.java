package org.qpsmtpd.core.log;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.qpsmtpd.api.log.LogLevel;

/**
 * Takes what plugins and libraries say through slf4j, which arrives in java.util.logging, to the
 * router. While it is open it is the only handler of the root logger, and the root's level follows
 * the router's.
 */
public final class JulBridge extends Handler {
    private static final SimpleFormatter MESSAGE = new SimpleFormatter();

    private final LogRouter router;
    private final Logger root = LogManager.getLogManager().getLogger("");
    private final Handler[] replaced;
    private final Level levelBefore;

    /** Puts itself in the place of the root logger's handlers. */
    public JulBridge(LogRouter router) {
        this.router = router;
        replaced = root.getHandlers();
        levelBefore = root.getLevel();
        for (Handler handler : replaced) {
            root.removeHandler(handler);
        }
        root.addHandler(this);
        router.onChange(() -> root.setLevel(toJul(router.threshold())));
    }

    @Override
    public void publish(LogRecord line) {
        LogLevel level = fromJul(line.getLevel());
        router.logForeign(level, line.getLoggerName(), () -> text(line));
    }

    /** Whoever logs an object that fails to describe itself is not to hear of it. */
    private static String text(LogRecord line) {
        try {
            Throwable thrown = line.getThrown();
            String text = MESSAGE.formatMessage(line);
            return thrown == null ? text : text + ": " + LogText.of(thrown);
        } catch (Throwable e) { // it is the code of a plugin or a library
            return "a line that cannot be put together: " + LogText.of(e);
        }
    }

    @Override
    public void flush() {
        // every line is written at once
    }

    /** Gives the root logger its former handlers back. */
    @Override
    public void close() {
        router.onChange(() -> {});
        root.removeHandler(this);
        for (Handler handler : replaced) {
            root.addHandler(handler);
        }
        root.setLevel(levelBefore);
    }

    private static LogLevel fromJul(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return LogLevel.ERROR;
        }
        if (value >= Level.WARNING.intValue()) {
            return LogLevel.WARN;
        }
        return value >= Level.INFO.intValue() ? LogLevel.INFO : LogLevel.DEBUG;
    }

    private static Level toJul(LogLevel level) {
        return switch (level) {
            case EMERG, ALERT, CRIT, ERROR -> Level.SEVERE;
            case WARN, NOTICE -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
        };
    }
}
