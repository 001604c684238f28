package org.qpsmtpd.plugin.connectiontime;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.hook.PostConnectionHook;
import org.qpsmtpd.api.hook.PreConnectionHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.session.Admission;
import org.qpsmtpd.api.session.Connection;
import org.qpsmtpd.api.session.NoteKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs how long each connection lasted, and counts the time.
 *
 * <p>{@code pre-connection}, {@code connect}: whichever comes first notes the time in the
 * connection's note {@code connection_time}; DECLINED. {@code post-connection}: logs {@code N.NNN
 * s.}
 *
 * <p>Setting: {@code level}, INFO.
 *
 * <p>Source: qpsmtpd {@code plugins/connection_time @ df5b04d}.
 */
@Component(configurationPid = "connection_time", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ConnectionTimeConfig.class, factory = true)
@Plugin(name = "connection_time", positional = "level")
@NonBlocking
public final class ConnectionTimePlugin
        implements PreConnectionHook, ConnectHook, PostConnectionHook, PluginFigures {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTimePlugin.class);
    private static final NoteKey<Instant> BEGAN = new NoteKey<>("connection_time", Instant.class);

    private final BiConsumer<Level, String> log;
    private final Level level;
    private final LongAdder connections = new LongAdder();
    private final LongAdder millis = new LongAdder();
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

    /**
     * @throws IllegalArgumentException naming the level and what is allowed
     */
    @Activate
    public ConnectionTimePlugin(ConnectionTimeConfig config) {
        this(config, (level, line) -> LOG.atLevel(level).log(line));
    }

    ConnectionTimePlugin(ConnectionTimeConfig config, BiConsumer<Level, String> log) {
        this.log = log;
        level =
                switch (LogLevel.parse(config.level())) {
                    case EMERG, ALERT, CRIT, ERROR -> Level.ERROR;
                    case WARN -> Level.WARN;
                    case NOTICE, INFO -> Level.INFO;
                    case DEBUG -> Level.DEBUG;
                };
    }

    @Override
    public HookResult onPreConnection(Admission admission) {
        return begin(admission.connection());
    }

    @Override
    public HookResult onConnect(Connection connection) {
        return begin(connection);
    }

    private static HookResult begin(Connection connection) {
        if (!connection.notes().has(BEGAN)) {
            connection.notes().put(BEGAN, connection.clock().now());
        }
        return HookResult.DECLINED;
    }

    @Override
    public void onPostConnection(Connection connection) {
        connection.notes().get(BEGAN).ifPresent(began -> end(connection, began));
    }

    private void end(Connection connection, Instant began) {
        long took = Math.max(0, Duration.between(began, connection.clock().now()).toMillis());
        connections.increment();
        millis.add(took);
        longest.accumulate(took);
        log.accept(level, String.format(Locale.ROOT, "%.3f s.", took / 1e3));
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.counter("connections", connections.sum()),
                Figure.counter("milliseconds", millis.sum()),
                Figure.gauge("longest_milliseconds", longest.get()));
    }
}
