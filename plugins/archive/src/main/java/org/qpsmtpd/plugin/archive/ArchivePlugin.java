package org.qpsmtpd.plugin.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueuePreHook;
import org.qpsmtpd.api.hook.ResetTransactionHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.PluginState;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.DirectorySync;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.FileNames;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.maildir.MaildirDelivery;
import org.qpsmtpd.maildir.Maildirs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of each accepted message in a maildir.
 *
 * <p>{@code queue_pre}: writes the copy into {@code tmp} and syncs it. {@code reset_transaction}:
 * when the queue has taken the message, the copy is moved into {@code new}, before the client reads
 * the reply; otherwise it goes.
 *
 * <p>Settings: those of {@link ArchiveConfig}.
 *
 * <p>Faults: a message of which no copy can be written is deferred, or with {@code durable no} goes
 * on without. A copy that cannot be moved stays in {@code tmp}, and the log says where.
 */
@Component(configurationPid = "archive", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ArchiveConfig.class, factory = true)
@Plugin(
        name = "archive",
        positional = {"path", "subdir"},
        paths = "path")
public final class ArchivePlugin implements QueuePreHook, ResetTransactionHook {
    private static final Logger LOG = LoggerFactory.getLogger(ArchivePlugin.class);

    private final Disk disk;
    private final Maildirs maildirs;
    private final DirectorySync directories;
    private final Places places;
    private final boolean durable;
    private final FileNames names = FileNames.ofThisMachine();
    private final PluginState<Pending> pending = new PluginState<>(Pending::new);

    /** The copy of a message about which the queue has not said anything yet. */
    private static final class Pending {
        private Optional<MaildirDelivery> copy = Optional.empty();
    }

    /**
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public ArchivePlugin(ArchiveConfig config) {
        this(config, LocalDisk.ofMode(config.mode()));
    }

    ArchivePlugin(ArchiveConfig config, Disk local) {
        Path root = Maildirs.folder(config.path());
        durable = config.durable();
        disk = durable ? local : new UnsyncedDisk(local);
        maildirs = new Maildirs(disk, root);
        directories = new DirectorySync(disk);
        places = new Places(root, config.subdir());
    }

    @Override
    public HookResult onQueuePre(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return HookResult.skip("no recipients");
        }
        try {
            pending.of(transaction).copy = Optional.of(write(transaction));
            return HookResult.pass("copy written");
        } catch (IOException e) {
            String fault = Faults.describe(e);
            LOG.error("no copy of a message can be kept: {}", fault);
            HookResult answer =
                    durable
                            ? HookResult.denySoft("Unable to archive the message (#4.3.0)")
                                    .withCode(451)
                            : HookResult.DECLINED;
            return answer.because("error: " + fault);
        }
    }

    private MaildirDelivery write(Transaction transaction) throws IOException {
        Instant now = transaction.connection().clock().now();
        String ownName = transaction.connection().config().value("me").orElse("localhost");
        MaildirDelivery copy =
                new MaildirDelivery(MaildirDelivery.Content.of(transaction), disk, directories);
        try {
            Map<Path, List<Recipient>> maildirOf =
                    places.of(transaction.recipients(), ownName, now);
            for (Map.Entry<Path, List<Recipient>> each : maildirOf.entrySet()) {
                maildirs.prepare(each.getKey(), now);
                String top = MaildirDelivery.envelope(transaction.sender(), each.getValue());
                copy.write(each.getKey(), names.next(now), top);
            }
            return copy;
        } catch (IOException e) {
            copy.close();
            throw e;
        }
    }

    @Override
    public void onResetTransaction(Transaction transaction) {
        Pending known = pending.of(transaction);
        if (known.copy.isEmpty()) {
            return;
        }
        MaildirDelivery copy = known.copy.get();
        known.copy = Optional.empty();
        if (!isAccepted(transaction)) {
            copy.close();
            return;
        }
        try {
            copy.publish();
            LOG.info("copy kept as {}", copy.places());
        } catch (IOException e) {
            LOG.error(
                    "a copy stays in tmp, or is not certain to be on the disk, instead of {}: {}",
                    copy.places(),
                    Faults.describe(e));
        }
    }

    private static boolean isAccepted(Transaction transaction) {
        return transaction.isQueued()
                || transaction.settledRecipients().stream()
                        .flatMap(recipient -> recipient.verdict().stream())
                        .anyMatch(verdict -> verdict.action() == Action.OK);
    }
}
