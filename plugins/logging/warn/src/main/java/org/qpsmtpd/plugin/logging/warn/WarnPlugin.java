package org.qpsmtpd.plugin.logging.warn;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Writes the log to standard error, as the server itself does while there is no logging plugin.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too. A line is
 * {@code PID (HOOK) PLUGIN: TEXT} from a plugin and {@code PID TEXT} from the core, in UTF-8, and
 * goes out in one write. Without a time: whoever keeps the output adds it.
 *
 * <p>Setting: {@code level}, WARN, a name or a number.
 *
 * <p>A fault of standard error is ignored: there is nobody left to tell.
 *
 * <p>Source: qpsmtpd {@code plugins/logging/warn @ df5b04d}.
 */
@Component(configurationPid = "logging.warn", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WarnConfig.class, factory = true)
@Plugin(name = "logging/warn", positional = "level")
public final class WarnPlugin implements LoggingHook {
    private final long processId = ProcessHandle.current().pid();
    private final LogLevel level;
    private final PrintStream out;

    /**
     * @throws IllegalArgumentException naming the level and what is allowed
     */
    @Activate
    public WarnPlugin(WarnConfig config) {
        this(config, System.err);
    }

    WarnPlugin(WarnConfig config, PrintStream out) {
        this.level = LogLevel.parse(config.level());
        this.out = out;
    }

    @Override
    public HookResult onLog(LogRecord record) {
        if (level.shows(record.level())) {
            byte[] line =
                    (record.speaker(processId) + " " + record.line() + "\n")
                            .getBytes(StandardCharsets.UTF_8);
            out.write(line, 0, line.length);
            out.flush();
        }
        return HookResult.DECLINED;
    }

    @Override
    public LogLevel threshold() {
        return level;
    }

    @Override
    public boolean writesToStandardError() {
        return true;
    }
}
