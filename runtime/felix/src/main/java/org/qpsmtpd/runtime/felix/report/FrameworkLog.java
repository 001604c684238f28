package org.qpsmtpd.runtime.felix.report;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.apache.felix.framework.Logger;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** Sends what the framework has to say to java.util.logging; on its own it prints to stdout. */
public final class FrameworkLog extends Logger {
    private static final java.util.logging.Logger LOG =
            java.util.logging.Logger.getLogger("org.apache.felix.framework");

    // The framework's own signature has the raw service reference.
    @SuppressWarnings("rawtypes")
    @Override
    protected void doLog(
            @Nullable Bundle bundle,
            @Nullable ServiceReference service,
            int level,
            String message,
            @Nullable Throwable thrown) {
        LogRecord line = new LogRecord(level(level), "{0}{1}");
        line.setLoggerName(LOG.getName());
        line.setParameters(
                new Object[] {bundle == null ? "" : bundle.getSymbolicName() + ": ", message});
        line.setThrown(thrown);
        LOG.log(line);
    }

    private static Level level(int level) {
        return switch (level) {
            case LOG_ERROR -> Level.SEVERE;
            case LOG_WARNING -> Level.WARNING;
            case LOG_INFO -> Level.INFO;
            default -> Level.FINE;
        };
    }
}
