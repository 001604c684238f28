package org.qpsmtpd.plugin.queue.spool;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.PostForkHook;
import org.qpsmtpd.api.hook.QueueExtension;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.maildir.Maildirs;
import org.qpsmtpd.smtpclient.TlsMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mail at once and hands it on when the next server can have it.
 *
 * <p>{@code queue}: OK when the message is durable in the spool; DENYSOFT when there is no room or
 * it cannot be stored. Never DECLINED, so no queue plugin after this one is asked. {@code
 * post-fork}: begins to hand on what waits.
 *
 * <p>Settings: those of {@link SpoolConfig}.
 *
 * <p>Faults: a next hop that is away has the messages wait; what it refuses, and what has waited
 * too long, goes back to its sender as a report. A file that cannot be understood is put aside.
 *
 * <p>Source: RFC 5321 section 4.5.4, RFC 3461 to 3464, RFC 2852, RFC 6710.
 */
@Component(configurationPid = "queue.spool", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SpoolConfig.class, factory = true)
@Plugin(
        name = "queue/spool",
        positional = {"host", "port", "flags..."},
        decides = "queue",
        paths = {"caFile", "folder"})
public final class SpoolPlugin implements QueueHook, PostForkHook, PluginCommand, PluginFigures {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolPlugin.class);
    private static final Duration TO_STOP = Duration.ofSeconds(5);
    private static final long MEBIBYTE = 1024L * 1024;
    private static final Set<QueueExtension> ALWAYS =
            Set.of(QueueExtension.DSN, QueueExtension.DELIVERBY, QueueExtension.MT_PRIORITY);
    private static final Set<QueueExtension> WITH_TLS = Set.of(QueueExtension.values());

    private final ServerHome home;
    private final String path;
    private final Target target;
    private final Terms terms;
    private final Room room;
    private final int concurrency;
    private final boolean isVerified;
    private final Disk disk;
    private final InstantSource clock;
    private volatile @Nullable Spool spool;
    private boolean isClosed;

    /**
     * Connects to nobody, and writes nothing.
     *
     * @throws IllegalArgumentException naming the setting, the value and what is allowed
     */
    @Activate
    public SpoolPlugin(SpoolConfig config, @Reference ServerHome home) {
        this(config, home, LocalDisk.ofMode("700"), InstantSource.system());
    }

    SpoolPlugin(SpoolConfig config, ServerHome home, Disk disk, InstantSource clock) {
        this.home = home;
        this.disk = disk;
        this.clock = clock;
        path = config.folder().isEmpty() ? "" : Maildirs.folder(config.folder()).toString();
        target = Target.of(config);
        terms = terms(config);
        room = new Room(config.max__messages(), Math.multiplyExact(config.max__size(), MEBIBYTE));
        concurrency = config.concurrency();
        isVerified = TlsMode.of(config.tls()) == TlsMode.VERIFY;
    }

    private static Terms terms(SpoolConfig config) {
        if (config.longest__retry() < config.first__retry()) {
            throw new IllegalArgumentException(
                    "longest_retry "
                            + config.longest__retry()
                            + " is shorter than first_retry "
                            + config.first__retry());
        }
        return new Terms(
                Duration.ofSeconds(config.first__retry()),
                Duration.ofSeconds(config.longest__retry()),
                Duration.ofSeconds(config.give__up()),
                Duration.ofSeconds(config.warn__after()));
    }

    @Override
    public void onPostFork() {
        try {
            begun();
        } catch (IOException e) {
            LOG.error("the spool cannot be used: {}", Faults.describe(e));
        }
    }

    /** Made when it is first needed, as its folder is. */
    private Spool begun() throws IOException {
        Spool known = spool;
        return known == null ? begin() : known;
    }

    private synchronized Spool begin() throws IOException {
        Spool known = spool;
        if (isClosed) {
            throw new IOException("the server is being reconfigured");
        }
        if (known == null) {
            Path root = path.isEmpty() ? home.state("queue/spool") : Path.of(path);
            SpoolFolder folder = new SpoolFolder(root, disk);
            known = new Spool(folder, target, terms, room, concurrency, home, clock);
            known.start();
            spool = known;
        }
        return known;
    }

    /** Has it look at the clock now. */
    void wake() {
        Spool known = spool;
        if (known != null) {
            known.wake();
        }
    }

    /** Stops handing on; what is on its way is waited for a moment. */
    @Deactivate
    public synchronized void close() {
        isClosed = true;
        Spool known = spool;
        if (known != null) {
            known.close(TO_STOP);
        }
        target.close();
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return HookResult.DECLINED.because("error: no recipients");
        }
        Instant now = clock.instant();
        try {
            String id = begun().take(transaction, now);
            return HookResult.ok(("Queued! " + transaction.headers().messageId()).strip())
                    .because("pass: in the spool as " + id);
        } catch (Room.FullException e) {
            LOG.warn("a message is deferred: {}", e.getMessage());
            return full().because("error: " + e.getMessage());
        } catch (IOException e) {
            String fault = Faults.describe(e);
            LOG.error("a message is deferred since it cannot be stored: {}", fault);
            return (isDiskFull(fault) ? full() : fault()).because("error: " + fault);
        }
    }

    private static HookResult full() {
        return HookResult.denySoft("Too much mail waits here (#4.3.1)").withCode(452);
    }

    private static HookResult fault() {
        return HookResult.denySoft("Unable to queue message (#4.3.0)").withCode(451);
    }

    /** As the systems say it in English, which the programs choose. */
    private static boolean isDiskFull(String fault) {
        String text = fault.toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }

    @Override
    public Set<QueueExtension> honours() {
        return isVerified ? WITH_TLS : ALWAYS;
    }

    @Override
    public String command() {
        return "spool";
    }

    @Override
    public List<String> usage() {
        return SpoolCommand.USAGE;
    }

    @Override
    public boolean run(List<String> words, PrintWriter out) throws IOException {
        return new SpoolCommand(begun(), out).run(words);
    }

    @Override
    public List<Figure> figures() {
        return Optional.ofNullable(spool).map(Spool::figures).orElse(Spool.NO_FIGURES);
    }
}
