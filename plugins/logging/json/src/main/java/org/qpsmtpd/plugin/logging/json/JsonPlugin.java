package org.qpsmtpd.plugin.logging.json;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionMoment;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginFigures;

/**
 * Writes what happens to mail as JSON: an object in a line for each decision of a plugin, each
 * refusal of the server, each message, and each line of the log up to a level.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too.
 *
 * <p>Settings: {@code to}, a path, {@code stdout} or {@code stderr}; {@code loglevel}, WARN.
 *
 * <p>Source: RFC 8259. qpsmtpd has no such plugin.
 */
@Component(configurationPid = "logging.json", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JsonConfig.class, factory = true)
@Plugin(name = "logging/json", positional = "to")
public final class JsonPlugin implements LoggingHook, PluginFigures {
    private final LogLevel level;
    private final Output output;

    /**
     * @throws IllegalArgumentException naming the level and what is allowed
     */
    @Activate
    public JsonPlugin(JsonConfig config) {
        this(config, System.out, System.err);
    }

    JsonPlugin(JsonConfig config, PrintStream out, PrintStream errors) {
        level = LogLevel.parse(config.loglevel());
        Path home = Path.of(System.getProperty("org.qpsmtpd.home", "")).toAbsolutePath();
        output =
                new Output(
                        stream(config.to(), out, errors),
                        home.resolve(config.to()),
                        text ->
                                errors.println(
                                        ProcessHandle.current().pid() + " logging/json: " + text));
    }

    private static @Nullable PrintStream stream(String to, PrintStream out, PrintStream errors) {
        return switch (to) {
            case "stdout" -> out;
            case "stderr" -> errors;
            default -> null;
        };
    }

    /** Lets go of the file. */
    @Deactivate
    public synchronized void close() {
        output.close();
    }

    @Override
    public LogLevel threshold() {
        return level;
    }

    @Override
    public boolean takesDecisions() {
        return true;
    }

    @Override
    public synchronized void onReload() {
        output.reopen();
    }

    @Override
    public synchronized HookResult onLog(LogRecord record) {
        if (level.shows(record.level())) {
            output.write(
                    new JsonLine("line", record.time())
                            .with("level", record.level().name())
                            .with("connection", record.connectionId())
                            .with("message", record.messageId())
                            .with("hook", record.hook())
                            .with("plugin", record.plugin())
                            .always("text", record.text())
                            .end());
        }
        return HookResult.DECLINED;
    }

    @Override
    public synchronized void onDecision(SessionMoment session, Decision decision) {
        output.write(
                new JsonLine("decision", session.time())
                        .with("connection", session.connectionId())
                        .with("message", decision.messageId())
                        .with("ip", session.remoteIp())
                        .with("hook", decision.hook())
                        .with("plugin", decision.plugin())
                        .with("version", decision.version())
                        .with("answer", decision.answer())
                        .with("text", decision.text())
                        .with("reason", decision.reason())
                        .with("micros", decision.micros())
                        .end());
    }

    @Override
    public synchronized void onMessage(SessionMoment session, MessageRecord message) {
        output.write(
                new JsonLine("message", session.time())
                        .with("connection", session.connectionId())
                        .with("message", message.id())
                        .with("ip", session.remoteIp())
                        .with("host", session.remoteHost())
                        .with("helo", session.helloHost())
                        .with("user", session.authUser())
                        .with("tls", session.tls())
                        .always("sender", message.sender())
                        .with("recipients", message.recipients())
                        .with("recipient_count", message.recipientCount())
                        .with("octets", message.octets())
                        .with("outcome", message.outcome())
                        .end());
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.counter("written", output.written()), Figure.counter("lost", output.lost()));
    }
}
