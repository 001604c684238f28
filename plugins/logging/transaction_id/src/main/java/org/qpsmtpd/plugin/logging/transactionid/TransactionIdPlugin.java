package org.qpsmtpd.plugin.logging.transactionid;

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
 * Writes the log to standard error, each line with the id of its message.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too. A line is
 * {@code ID (HOOK) PLUGIN: TEXT} from a plugin and {@code ID TEXT} from the core, in UTF-8, and
 * goes out in one write; the id is {@code ???} where there is no message.
 *
 * <p>Setting: {@code level}, WARN, a name or a number.
 *
 * <p>Source: qpsmtpd {@code plugins/logging/transaction_id @ df5b04d}.
 */
@Component(
        configurationPid = "logging.transaction_id",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = TransactionIdConfig.class, factory = true)
@Plugin(name = "logging/transaction_id", positional = "level")
public final class TransactionIdPlugin implements LoggingHook {
    private static final String NONE = "???";

    private final LogLevel level;
    private final PrintStream out;

    /**
     * @throws IllegalArgumentException naming the level and what is allowed
     */
    @Activate
    public TransactionIdPlugin(TransactionIdConfig config) {
        this(config, System.err);
    }

    TransactionIdPlugin(TransactionIdConfig config, PrintStream out) {
        this.level = LogLevel.parse(config.level());
        this.out = out;
    }

    @Override
    public HookResult onLog(LogRecord record) {
        if (level.shows(record.level())) {
            String id = record.messageId();
            byte[] line =
                    ((id.isEmpty() ? NONE : id) + " " + record.line() + "\n")
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
