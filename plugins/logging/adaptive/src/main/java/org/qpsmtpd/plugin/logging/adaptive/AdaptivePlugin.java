package org.qpsmtpd.plugin.logging.adaptive;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.plugin.Plugin;

/**
 * Writes the log to standard error, and lines about accepted messages again with a mark, so that a
 * log of accepted mail can be separated from one of all mail.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too. Lines up to the
 * level {@code reject} are written at once; those up to {@code accept} are kept, and written with
 * the prefix behind the id when their message was accepted and no plugin refused anything about it.
 *
 * <p>Settings: {@code accept}, ERROR; {@code reject}, WARN; {@code prefix}, a backquote.
 *
 * <p>Source: qpsmtpd {@code plugins/logging/adaptive @ df5b04d}.
 */
@Component(configurationPid = "logging.adaptive", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AdaptiveConfig.class, factory = true)
@Plugin(
        name = "logging/adaptive",
        positional = {"accept", "reject"})
public final class AdaptivePlugin implements LoggingHook {
    /** Beyond, the ends of the oldest ones were lost by an overloaded log. */
    private static final int MOST_CONNECTIONS = 20_000;

    /** Of the lines of all connections, about. */
    private static final long MOST_OCTETS = 16L * 1024 * 1024;

    private final long processId = ProcessHandle.current().pid();
    private final LogLevel accept;
    private final LogLevel reject;
    private final String prefix;
    private final PrintStream out;
    private final Room room;
    private final Map<String, Pending> connections =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Pending> eldest) {
                    boolean isLost = size() > MOST_CONNECTIONS;
                    if (isLost) {
                        eldest.getValue().clear();
                    }
                    return isLost;
                }
            };

    /**
     * @throws IllegalArgumentException naming the level and what is allowed
     */
    @Activate
    public AdaptivePlugin(AdaptiveConfig config) {
        this(config, System.err, MOST_OCTETS);
    }

    AdaptivePlugin(AdaptiveConfig config, PrintStream out, long mostOctets) {
        room = new Room(mostOctets);
        accept = LogLevel.parse(config.accept());
        reject = LogLevel.parse(config.reject());
        prefix = config.prefix();
        this.out = out;
    }

    @Override
    public LogLevel threshold() {
        return accept.shows(reject) ? accept : reject;
    }

    @Override
    public boolean writesToStandardError() {
        return reject.shows(LogLevel.ERROR);
    }

    @Override
    public boolean takesDecisions() {
        return true;
    }

    @Override
    public boolean takesRecords() {
        return true;
    }

    @Override
    public synchronized HookResult onLog(LogRecord record) {
        if (accept.shows(record.level()) && !record.connectionId().isEmpty()) {
            pending(record.connectionId()).add(record);
        }
        if (reject.shows(record.level())) {
            write(record.speaker(processId) + " " + record.line());
        }
        return HookResult.DECLINED;
    }

    private Pending pending(String connectionId) {
        return connections.computeIfAbsent(connectionId, id -> new Pending(room));
    }

    @Override
    public synchronized void onDecision(SessionMoment session, Decision decision) {
        if (decision.answer().startsWith("DENY") && !decision.messageId().isEmpty()) {
            pending(session.connectionId()).refuse(decision.messageId());
        }
    }

    @Override
    public synchronized void onMessage(SessionMoment session, MessageRecord message) {
        Pending pending = connections.get(session.connectionId());
        if (pending == null) {
            return;
        }
        if (message.outcome().startsWith("2") && !pending.isRefused(message.id())) {
            String before = session.connectionId() + " " + prefix + " ";
            pending.of(message.id()).forEach(line -> write(before + line.line()));
            if (pending.left() > 0) {
                write(before + pending.left() + " more lines are left out");
            }
        }
        pending.clear();
    }

    @Override
    public synchronized void onSessionEnd(SessionRecord record) {
        Pending pending = connections.remove(record.id());
        if (pending != null) {
            pending.clear();
        }
    }

    private void write(String text) {
        byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(line, 0, line.length);
        out.flush();
    }
}
