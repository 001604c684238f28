package org.qpsmtpd.plugin.logging.file;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.ConnectHook;
import org.qpsmtpd.api.hook.DisconnectHook;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.hook.NonBlocking;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.log.LogRecord;
import org.qpsmtpd.api.log.SessionRecord;
import org.qpsmtpd.api.net.HostName;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Connection;

/**
 * Writes the log to a file, or to the standard input of a command.
 *
 * <p>Hook {@code logging}: always DECLINED, so that other loggers see the line too. A line is
 * {@code TIME HOST[PID]: (HOOK) PLUGIN: TEXT} from a plugin and {@code TIME HOST[PID]: TEXT} from
 * the core, in UTF-8, and is appended in one write. Hooks {@code connect} and {@code disconnect}:
 * mark where a session begins and ends; DECLINED. They never wait for a line that is being written.
 *
 * <p>Settings, the words of qpsmtpd's line: {@code loglevel LEVEL} (WARN), {@code nosplit}, {@code
 * reopen}, {@code tsformat FORMAT} (as C's asctime), then {@code PATH} or {@code |COMMAND}. When
 * the server is told to read its configuration anew, a file is opened anew.
 *
 * <p>Faults of the disk or the command never stop mail: standard error says so once, lines are
 * lost, and after 10 seconds it is tried again.
 *
 * <p>Source: qpsmtpd {@code plugins/logging/file @ df5b04d}.
 */
@Component(configurationPid = "logging.file", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FileConfig.class, factory = true)
@Plugin(
        name = "logging/file",
        positional = "arguments...",
        formerly = "logging/file_connection=reopen")
public final class FilePlugin implements LoggingHook, ConnectHook, DisconnectHook {
    private static final long SECONDS_TO_CLOSE = 5;

    /** After so many sessions it is looked for some that were not told of. */
    private static final int LOST_RECORDS = 1000;

    private final FileSettings settings;
    private final ZoneId zone;
    private final PrintStream errors;
    private final Path home;
    private final long processId = ProcessHandle.current().pid();
    private final String host = " " + HostName.ofThisMachine();

    private final Map<String, LoggedSession> sessions = new ConcurrentHashMap<>();
    private final AtomicLong sessionCount = new AtomicLong();

    /** For what follows; held while a line is written, which may take as long as it likes. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, FileOutput> outputs = new HashMap<>();
    private final LoggedSession outside = new LoggedSession("parent");
    private @Nullable FileOutput newest;
    private long second = Long.MIN_VALUE;
    private String stamp = "";
    private Target target = Target.NONE;
    private int sessionsEnded;
    private boolean closed;

    /**
     * @throws IllegalArgumentException saying what is wrong with the words
     */
    @Activate
    public FilePlugin(FileConfig config) {
        this(config, ZoneId.systemDefault(), System.err);
    }

    FilePlugin(FileConfig config, ZoneId zone, PrintStream errors) {
        this.settings = FileSettings.parse(config.arguments());
        this.zone = zone;
        this.errors = errors;
        this.home = Path.of(System.getProperty("org.qpsmtpd.home", "")).toAbsolutePath();
    }

    /** Ends all outputs, unless one holds up a line; later lines are lost. */
    @Deactivate
    public void close() {
        sessions.clear();
        try {
            if (lock.tryLock(SECONDS_TO_CLOSE, TimeUnit.SECONDS)) {
                closeOutputs();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeOutputs() {
        try {
            closed = true;
            outputs.values().forEach(FileOutput::close);
            outputs.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What file or command the settings name at a moment.
     *
     * @param words path of the file, one element; or program and arguments
     */
    private record Target(String name, List<String> words) {
        static final Target NONE = new Target("", List.of());

        static Target of(FileSettings settings, ZonedDateTime time, String session) {
            List<String> words =
                    settings.target().stream().map(part -> part.format(time, session)).toList();
            return new Target(String.join(" ", words), words);
        }
    }

    @Override
    public LogLevel threshold() {
        return settings.level();
    }

    @Override
    @NonBlocking
    public HookResult onConnect(Connection connection) {
        if (settings.tracksSessions()) {
            long now = connection.clock().now().getEpochSecond();
            long number = sessionCount.incrementAndGet();
            String id = String.format("%08d-%04d-%d", now, processId, number);
            sessions.put(connection.id(), new LoggedSession(id));
        }
        return HookResult.DECLINED;
    }

    /** The last lines of the session are still on their way. */
    @Override
    @NonBlocking
    public void onDisconnect(Connection connection) {
        LoggedSession ended = sessions.get(connection.id());
        if (ended != null) {
            ended.end();
        }
    }

    /** A command keeps running: it has no file that somebody may have renamed. */
    @Override
    public void onReload() {
        if (settings.command()) {
            return;
        }
        lock.lock();
        try {
            outputs.values().forEach(FileOutput::reopen);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean takesRecords() {
        return settings.tracksSessions();
    }

    /** Comes behind the last line of the session. */
    @Override
    public void onSessionEnd(SessionRecord record) {
        lock.lock();
        try {
            forget(sessions.remove(record.id()));
            sessionsEnded++;
            if (sessionsEnded % LOST_RECORDS == 0) {
                forgetOld();
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(@Nullable LoggedSession ended) {
        if (ended != null) {
            release(ended.output());
        }
    }

    /** Those whose record did not come, since the log was overloaded. */
    private void forgetOld() {
        for (String id : List.copyOf(sessions.keySet())) {
            LoggedSession session = sessions.get(id);
            if (session != null && session.isOld()) {
                forget(sessions.remove(id));
            }
        }
    }

    @Override
    public HookResult onLog(LogRecord record) {
        if (settings.level().shows(record.level())) {
            lock.lock();
            try {
                if (!closed) {
                    write(record);
                }
            } finally {
                lock.unlock();
            }
        }
        return HookResult.DECLINED;
    }

    private void write(LogRecord record) {
        if (second != record.time().getEpochSecond()) {
            second = record.time().getEpochSecond();
            ZonedDateTime time = record.time().atZone(zone);
            stamp = settings.timeFormat().format(time, "");
            target = settings.perSession() ? target : Target.of(settings, time, "");
        }
        String line = stamp + host + "[" + record.speaker(processId) + "]: " + record.line() + "\n";
        LoggedSession session = sessions.getOrDefault(record.connectionId(), outside);
        output(session, record.time()).write(line.getBytes(StandardCharsets.UTF_8), record.time());
    }

    private FileOutput output(LoggedSession session, Instant time) {
        FileOutput held = session.output();
        if (held != null && settings.nosplit() && session != outside) {
            return held;
        }
        Target wanted =
                settings.perSession()
                        ? Target.of(settings, time.atZone(zone), session.id())
                        : target;
        if (held != null && held.name().equals(wanted.name())) {
            return held;
        }
        FileOutput next = find(wanted);
        next.acquire();
        session.use(next);
        release(held);
        if (settings.reopen() && held == null && session != outside) {
            next.reopen();
        }
        return next;
    }

    /** The newest output stays open though no session uses it, unless it was for one session. */
    private FileOutput find(Target wanted) {
        FileOutput known = outputs.get(wanted.name());
        if (known != null) {
            return known;
        }
        FileOutput made =
                new FileOutput(wanted.name(), () -> sink(wanted), keptOpen(), this::complain);
        outputs.put(wanted.name(), made);
        if (!settings.perSession()) {
            made.acquire();
            release(newest);
            newest = made;
        }
        return made;
    }

    /** Thousands of sessions must not hold a file each. */
    private boolean keptOpen() {
        return settings.command() || !settings.perSession();
    }

    private void release(@Nullable FileOutput output) {
        if (output != null && output.release()) {
            output.close();
            outputs.remove(output.name());
        }
    }

    private Sink sink(Target wanted) throws IOException {
        return settings.command()
                ? new CommandSink(wanted.words(), home, this::complain)
                : new FileSink(home.resolve(wanted.name()));
    }

    private void complain(String text) {
        errors.println(processId + " logging/file: " + text);
    }
}
