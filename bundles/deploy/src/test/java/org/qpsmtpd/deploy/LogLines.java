package org.qpsmtpd.deploy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the package logs, from INFO on, as {@code LEVEL text}. */
final class LogLines extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("org.qpsmtpd.deploy");

    private final List<String> lines = new CopyOnWriteArrayList<>();

    LogLines() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(this);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.INFO.intValue()) {
            lines.add(entry.getLevel() + " " + entry.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
    }
}
