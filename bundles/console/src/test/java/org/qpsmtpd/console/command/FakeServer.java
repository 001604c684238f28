package org.qpsmtpd.console.command;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.config.ConfigLine;
import org.qpsmtpd.api.control.ConnectionStatus;
import org.qpsmtpd.api.control.DeploymentStatus;
import org.qpsmtpd.api.control.Deployments;
import org.qpsmtpd.api.control.GenerationStatus;
import org.qpsmtpd.api.control.MailCounts;
import org.qpsmtpd.api.control.PluginFigure;
import org.qpsmtpd.api.control.PluginStatus;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.control.ServerStatus;
import org.qpsmtpd.api.log.Decision;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.MessageRecord;
import org.qpsmtpd.api.log.SessionRecord;

/** A server whose answers a test sets. */
public final class FakeServer implements ServerControl, Deployments {
    /** When everything happens; the clock of the tests shows a minute and 20 seconds later. */
    public static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05Z");

    public final List<ConnectionStatus> connections = new ArrayList<>();
    public final List<PluginStatus> plugins = new ArrayList<>();
    public final List<GenerationStatus> generations = new ArrayList<>();
    public final List<DeploymentStatus> deployments = new ArrayList<>();
    public final List<SessionRecord> records = new CopyOnWriteArrayList<>();
    public final List<String> problems = new ArrayList<>();
    public final List<String> refused = new ArrayList<>();
    public final List<String> faults = new ArrayList<>();
    public final List<String> warnings = new ArrayList<>();
    public final List<PluginFigure> figures = new ArrayList<>();
    public final List<ConfigLine> lines = new ArrayList<>();
    public final List<String> killed = new ArrayList<>();
    public final List<String> lists = new ArrayList<>(List.of("plugins"));
    public final List<Path> checked = new ArrayList<>();
    public final CountDownLatch looked = new CountDownLatch(1);
    public final CountDownLatch traced = new CountDownLatch(1);
    public final CountDownLatch traceEnded = new CountDownLatch(1);
    public volatile boolean paused;
    public volatile boolean alone = true;
    public volatile boolean stopping;
    public volatile @Nullable Consumer<LogRecord> listener;

    @Override
    public ServerStatus status() {
        return new ServerStatus(
                "1.0.0",
                BEGIN,
                List.of("127.0.0.1:25"),
                paused,
                connections.size(),
                100,
                17,
                new MailCounts(12, 3, 1),
                5,
                15,
                1,
                4,
                12,
                lists,
                faults,
                refused,
                warnings,
                figures);
    }

    @Override
    public List<PluginStatus> plugins() {
        return plugins;
    }

    @Override
    public List<GenerationStatus> generations() {
        return generations;
    }

    @Override
    public List<ConnectionStatus> connections() {
        return connections;
    }

    @Override
    public boolean kill(String connectionId) {
        killed.add(connectionId);
        return connections.removeIf(each -> each.id().equals(connectionId));
    }

    @Override
    public boolean shutdown() {
        stopping = alone;
        return alone;
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
    }

    @Override
    public List<String> reload() {
        return refused;
    }

    @Override
    public List<String> checkConfig(Path directory) {
        checked.add(directory);
        return problems;
    }

    @Override
    public List<ConfigLine> config(String name) {
        return lines;
    }

    @Override
    public Optional<SessionRecord> record(String id) {
        return records.stream()
                .filter(
                        each ->
                                each.id().equals(id)
                                        || each.messages().stream()
                                                .anyMatch(message -> message.id().equals(id)))
                .findFirst();
    }

    @Override
    public List<SessionRecord> records() {
        List<SessionRecord> now = List.copyOf(records);
        looked.countDown();
        return now;
    }

    @Override
    public Trace trace(String ipOrId, Consumer<LogRecord> to) {
        listener = to;
        traced.countDown();
        return traceEnded::countDown;
    }

    @Override
    public List<DeploymentStatus> deployments() {
        return deployments;
    }

    /** An open connection. */
    public static ConnectionStatus connection(String id, String hello) {
        return new ConnectionStatus(
                id, "[::1]:4711", "localhost", BEGIN, "command", 4, "plugins", hello, "", 2);
    }

    /** A plugin in use. */
    public static PluginStatus plugin(String hook, String name, long calls) {
        return plugin(hook, name, calls, "/srv/config/plugins:3", "");
    }

    /** A plugin with its place and something to be known of it. */
    public static PluginStatus plugin(
            String hook, String name, long calls, String place, String remark) {
        return new PluginStatus(
                "plugins",
                hook,
                name,
                "org.example." + name,
                "1.0.0",
                place,
                calls,
                calls == 0 ? Map.of() : Map.of("DECLINED", calls - 1, "DENY", 1L),
                350,
                1_200,
                0,
                0,
                "closed",
                false,
                false,
                remark);
    }

    /** A session with a message that was refused and one that was accepted. */
    public static SessionRecord session(String id) {
        String first = id + ".1";
        String second = id + ".2";
        return new SessionRecord(
                id,
                "192.0.2.7",
                "client.example.net",
                4,
                List.of("plugins"),
                BEGIN,
                true,
                List.of(
                        call("", "connect", "hosts_allow", "DECLINED", "", ""),
                        call(first, "rcpt", "rcpt_ok", "DENY", "Relaying denied", "not ours"),
                        reply(first, "550 5.7.1 Relaying denied"),
                        call(second, "queue", "queue/maildir", "OK", "Queued! 7", ""),
                        reply(second, "250 2.0.0 Queued! 7")),
                0,
                List.of(
                        new MessageRecord(first, "joe@example.net", List.of(), 0, -1, ""),
                        new MessageRecord(
                                second,
                                "",
                                List.of("amy@example.com"),
                                3,
                                312,
                                "250 2.0.0 Queued! 7")));
    }

    private static Decision call(
            String message, String hook, String plugin, String answer, String text, String reason) {
        return new Decision(message, hook, plugin, "1.0.0", answer, text, reason, 1_500, 42);
    }

    private static Decision reply(String message, String text) {
        return new Decision(message, "", "", "", "reply", text, "", 2_000, 0);
    }
}
