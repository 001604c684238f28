package org.qpsmtpd.plugin.logging.logterse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.DenyHook;
import org.qpsmtpd.api.hook.HookPoint;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.OkHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.Transaction;

/**
 * Sums up in one line of the log what became of each message, for programs that count such lines.
 *
 * <p>Hooks {@code deny} and {@code ok}: write a line about each refusal, and about each message
 * that is queued, at the level ALERT unless the line's {@code loglevel} says another one.
 *
 * <p>Settings: {@code prefix}, a backquote; {@code style}, {@code plugin}, {@code colon} or {@code
 * none}, what stands before it.
 *
 * <p>Sources: the plugin logterse 1.0 of qpsmtpd's users, and the lines that the statistics of SME
 * Server read.
 */
@Component(configurationPid = "logging.logterse", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LogterseConfig.class, factory = true)
@Plugin(name = "logging/logterse", formerly = "logterse")
@NonBlocking
public final class LogtersePlugin implements DenyHook, OkHook {
    private static final String QUEUE = HookPoint.QUEUE.hookName();

    private final String prefix;
    private final Style style;

    /**
     * @throws IllegalArgumentException naming the style and what is allowed
     */
    @Activate
    public LogtersePlugin(LogterseConfig config) {
        prefix = config.prefix();
        style = Choice.of(Style.class, "style", config.style());
    }

    @Override
    public void onDeny(
            Connection connection,
            Optional<Transaction> transaction,
            String plugin,
            String hook,
            HookResult result) {
        write(connection, "deny", TerseLine.refused(connection, transaction, plugin, result));
    }

    /** A message is queued when a plugin has said so, not when it is offered to the first one. */
    @Override
    public void onOk(
            Connection connection,
            Optional<Transaction> transaction,
            String plugin,
            String hook,
            HookResult result) {
        if (hook.equals(QUEUE) && result.action() == Action.OK && transaction.isPresent()) {
            write(connection, QUEUE, TerseLine.queued(connection, transaction.get()));
        }
    }

    private void write(Connection connection, String hook, List<String> fields) {
        List<String> line = new ArrayList<>(fields);
        line.set(0, style.before(hook) + prefix + " " + line.get(0));
        connection.log(LogLevel.ALERT, line);
    }
}
