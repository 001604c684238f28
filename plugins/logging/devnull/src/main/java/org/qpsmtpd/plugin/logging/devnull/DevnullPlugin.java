package org.qpsmtpd.plugin.logging.devnull;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Throws the log away: with it the server's own output to standard error is silent. Other logging
 * plugins still get every line.
 *
 * <p>Hook {@code logging}: always DECLINED.
 *
 * <p>Source: qpsmtpd {@code plugins/logging/devnull @ df5b04d}.
 */
@Component(configurationPid = "logging.devnull", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Plugin(name = "logging/devnull")
@NonBlocking
public final class DevnullPlugin implements LoggingHook {
    @Override
    public HookResult onLog(LogRecord record) {
        return HookResult.DECLINED;
    }

    /** The least the server can be asked for, so that it spares making the other lines. */
    @Override
    public LogLevel threshold() {
        return LogLevel.EMERG;
    }
}
