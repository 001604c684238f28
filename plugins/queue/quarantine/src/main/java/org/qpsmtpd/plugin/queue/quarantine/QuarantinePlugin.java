package org.qpsmtpd.plugin.queue.quarantine;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.program.Program;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.maildir.Maildirs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps suspicious messages apart, where an administrator looks at them.
 *
 * <p>{@code queue}: OK for a message that a plugin wants in quarantine, when it is durable there;
 * DECLINED for all others.
 *
 * <p>Settings: those of {@link QuarantineConfig}.
 *
 * <p>Faults: a message that cannot be stored is deferred, so that no plugin behind this one
 * delivers it.
 */
@Component(configurationPid = "queue.quarantine", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = QuarantineConfig.class, factory = true)
@Plugin(
        name = "queue/quarantine",
        positional = "path",
        paths = {"path", "release_to", "release_by"},
        accepts = "nothing",
        before = "queue/")
public final class QuarantinePlugin implements QueueHook, PluginCommand, PluginFigures {
    private static final Logger LOG = LoggerFactory.getLogger(QuarantinePlugin.class);
    private static final int SHOWN = 64 * 1024;
    private static final int LISTED = 1000;
    private static final long MEBIBYTE = 1024L * 1024;

    private final ServerHome home;
    private final String path;
    private final Ward.Bounds bounds;
    private final Release release;
    private final Disk disk = LocalDisk.ofMode("700");
    private final LongAdder quarantined = new LongAdder();
    private final LongAdder released = new LongAdder();
    private final LongAdder deleted = new LongAdder();
    private final Object oneAtATime = new Object();
    private volatile @Nullable Ward ward;

    /**
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public QuarantinePlugin(QuarantineConfig config, @Reference ServerHome home) {
        this.home = home;
        path = config.path().isEmpty() ? "" : Maildirs.folder(config.path()).toString();
        bounds =
                new Ward.Bounds(
                        Duration.ofDays(config.days()),
                        Math.multiplyExact(config.max__size(), MEBIBYTE));
        String maildir = config.release__to();
        release =
                new Release(
                        maildir.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Maildirs.folder(maildir)),
                        Program.path("release_by", config.release__by()),
                        disk);
    }

    /** Made when it is first needed, as its folder is. */
    private Ward ward() throws IOException {
        Ward known = ward;
        return known == null ? newWard() : known;
    }

    private synchronized Ward newWard() throws IOException {
        Ward known = ward;
        if (known == null) {
            Path root = path.isEmpty() ? home.state("queue/quarantine") : Path.of(path);
            known = new Ward(root, disk, bounds);
            ward = known;
        }
        return known;
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        List<String> reasons = transaction.quarantineReasons();
        if (reasons.isEmpty()) {
            return HookResult.DECLINED;
        }
        try {
            String id = ward().store(transaction, transaction.connection().clock().now());
            quarantined.increment();
            return HookResult.ok(("Queued! " + transaction.headers().messageId()).strip())
                    .because("pass: in quarantine as " + id + ": " + String.join("; ", reasons));
        } catch (IOException e) {
            String fault = Faults.describe(e);
            LOG.error("a message is deferred since it cannot be put into quarantine: {}", fault);
            return HookResult.denySoft("Unable to queue message (#4.3.0)")
                    .withCode(451)
                    .because("error: " + fault);
        }
    }

    @Override
    public String command() {
        return "quarantine";
    }

    @Override
    public List<String> usage() {
        return List.of(
                "list [TEXT]  the messages, or those whose line contains the text",
                "show ID  what is known of a message, and its first 64 KiB",
                "release ID...  hand messages on to their recipients",
                "delete ID...  delete messages");
    }

    @Override
    public boolean run(List<String> words, PrintWriter out)
            throws IOException, InterruptedException {
        String what = words.isEmpty() ? "" : words.get(0);
        List<String> more = words.isEmpty() ? List.of() : words.subList(1, words.size());
        boolean isList = what.equals("list") && more.size() <= 1;
        boolean isShow = what.equals("show") && more.size() == 1;
        boolean isOther = List.of("release", "delete").contains(what) && !more.isEmpty();
        if (!isList && !isShow && !isOther) {
            throw new IllegalArgumentException("list, show, release or delete what?");
        }
        if (isList) {
            return list(more.isEmpty() ? "" : more.get(0), out);
        }
        boolean all = true;
        for (String id : more) {
            synchronized (oneAtATime) { // so that nothing is released twice
                all &= one(what, id, out);
            }
        }
        return all;
    }

    private boolean list(String text, PrintWriter out) throws IOException {
        ward().expire(Instant.now());
        List<String> lines =
                ward().list().stream()
                        .map(Kept::summary)
                        .filter(line -> line.contains(text))
                        .toList();
        lines.stream().limit(LISTED).forEach(out::println);
        if (lines.size() > LISTED) {
            out.println((lines.size() - LISTED) + " more; give a text that the lines contain");
        }
        return true;
    }

    private boolean one(String what, String id, PrintWriter out)
            throws IOException, InterruptedException {
        Optional<Kept> found = ward().find(id);
        if (found.isEmpty()) {
            out.println(id + ": no such message; quarantine list shows them");
            return false;
        }
        Kept kept = found.get();
        switch (what) {
            case "show" -> show(kept, out);
            case "release" -> {
                out.println(id + ": released to " + release.release(kept, Instant.now()));
                ward().delete(kept);
                released.increment();
                LOG.info("released {}", id);
            }
            default -> {
                ward().delete(kept);
                deleted.increment();
                out.println(id + ": deleted");
                LOG.info("deleted {}", id);
            }
        }
        return true;
    }

    private static void show(Kept kept, PrintWriter out) throws IOException {
        kept.top().forEach(out::println);
        try (InputStream message = kept.open()) {
            byte[] head = message.readNBytes(SHOWN);
            new String(head, StandardCharsets.UTF_8).lines().forEach(out::println);
            if (kept.size() > SHOWN) {
                out.println("... " + (kept.size() - SHOWN) + " octets more in " + kept.file());
            }
        }
    }

    @Override
    public List<Figure> figures() {
        Ward known = ward;
        return List.of(
                Figure.counter("quarantined", quarantined.sum()),
                Figure.counter("released", released.sum()),
                Figure.counter("deleted", deleted.sum()),
                Figure.counter("expired", known == null ? 0 : known.expired()));
    }
}
