package org.qpsmtpd.plugin.logging.syslog;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Choice;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;

/**
 * Sends the log to syslog, on this machine or another.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too. It never waits
 * for the server: a bounded number of lines waits, the others are lost and counted, and a line says
 * how many.
 *
 * <p>Settings, those of qpsmtpd and some more: {@code loglevel} (WARN), {@code priority}, {@code
 * ident} (qpsmtpd), {@code facility} (LOG_MAIL), {@code logsock} (unix, or udp with a host), {@code
 * host}, {@code socket} (/dev/log), {@code format} (rfc3164), {@code ca}.
 *
 * <p>Sources: qpsmtpd {@code plugins/logging/syslog @ df5b04d}; RFC 3164, 5424, 5425, 5426, 6587.
 */
@Component(configurationPid = "logging.syslog", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SyslogConfig.class, factory = true)
@Plugin(name = "logging/syslog")
public final class SyslogPlugin implements LoggingHook, PluginFigures {
    private static final long RETRY_MILLIS = 5000;

    private final long processId = ProcessHandle.current().pid();
    private final String machine = HostName.ofThisMachine();
    private final LogLevel level;
    private final String priority;
    private final int facility;
    private final String ident;
    private final Format format;
    private final Dispatch dispatch;

    /**
     * @throws IllegalArgumentException saying what is wrong with an option
     */
    @Activate
    public SyslogPlugin(SyslogConfig config) {
        this(config, System.err, RETRY_MILLIS);
    }

    SyslogPlugin(SyslogConfig config, PrintStream errors, long retryMillis) {
        level = LogLevel.parse(config.loglevel());
        priority = config.priority();
        facility = Codes.facility(config.facility());
        ident = ident(config.ident());
        format = Choice.of(Format.class, "format", config.format());
        if (!priority.isEmpty()) {
            Codes.severity(priority);
        }
        dispatch =
                new Dispatch(
                        server(config),
                        this::lost,
                        text -> errors.println(processId + " logging/syslog: " + text),
                        retryMillis);
    }

    private static String ident(String text) {
        if (!text.matches("[\\w.-]{1,48}")) {
            throw new IllegalArgumentException(
                    "ident '" + text + "' is not 1 to 48 letters, digits, '_', '-' and '.'");
        }
        return text;
    }

    private Server server(SyslogConfig config) {
        List<Way> ways = Way.parse(config.logsock());
        if (ways.isEmpty()) {
            ways = List.of(config.host().equals("localhost") ? Way.UNIX : Way.UDP);
        }
        String host = config.host();
        int colon = host.lastIndexOf(':');
        boolean hasPort =
                colon > 0 && (host.indexOf(':') == colon || host.charAt(colon - 1) == ']');
        return new Server(
                ways,
                (hasPort ? host.substring(0, colon) : host),
                hasPort ? port(host, host.substring(colon + 1)) : 0,
                Path.of(config.socket()),
                format == Format.RFC5424,
                Trust.in(config.ca()));
    }

    private static int port(String host, String text) {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("host '" + host + "' has no port of 1 to 65535");
        }
        return port;
    }

    /** Sends what waits, within a second, and lets go of the server. */
    @Deactivate
    public void close() throws InterruptedException {
        dispatch.close();
    }

    @Override
    public LogLevel threshold() {
        return level;
    }

    @Override
    public HookResult onLog(LogRecord record) {
        if (level.shows(record.level())) {
            dispatch.offer(way -> octets(record, way));
        }
        return HookResult.DECLINED;
    }

    /** Somebody may have put another server in the place of the one that is used. */
    @Override
    public void onReload() {
        dispatch.reopen();
    }

    private byte[] octets(LogRecord record, Way way) {
        int severity = priority.isEmpty() ? record.level().number() : Codes.severity(priority);
        return format.write(
                        new Format.Head(facility * 8 + severity, machine, ident, way.isLocal()),
                        record.time().atZone(Format.zone()),
                        record.speaker(processId),
                        record.hook(),
                        record.line())
                .getBytes(StandardCharsets.UTF_8);
    }

    private Dispatch.Line lost(long count) {
        String text = count + " lines of the log are lost, syslog did not take them in time";
        LogRecord record = new LogRecord(Instant.now(), LogLevel.ERROR, "", "", "", text);
        return way -> octets(record, way);
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.counter("sent", dispatch.sent()),
                Figure.counter("lost", dispatch.lost()),
                Figure.gauge("waiting", dispatch.waiting()));
    }
}
