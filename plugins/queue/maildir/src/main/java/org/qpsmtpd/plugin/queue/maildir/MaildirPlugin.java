package org.qpsmtpd.plugin.queue.maildir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.hook.QueueHook;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.session.Recipient;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.DirectorySync;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.FileNames;
import org.qpsmtpd.maildir.LocalDisk;
import org.qpsmtpd.maildir.MaildirDelivery;
import org.qpsmtpd.maildir.Maildirs;
import org.qpsmtpd.maildir.Quota;
import org.qpsmtpd.maildir.Quotas;
import org.qpsmtpd.maildir.SubdirPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores each message in a maildir, or in one for each recipient.
 *
 * <p>Hook {@code queue}: OK when the message is durable: the file was synced, then renamed from
 * {@code tmp} to {@code new}, then {@code new} was synced. Messages that arrive together share the
 * last step.
 *
 * <p>Settings: {@code path}, the maildir; {@code subdir}, empty, a pattern that gives each
 * recipient a maildir below it; {@code mode}, octal, 700; {@code quota}, of each maildir.
 *
 * <p>Any fault of the disk: nothing stays in {@code new}, the log says where and why at ERROR, and
 * the answer is DECLINED, so that the next queue plugin may try or the client gets 451. With
 * several maildirs all get the message or none.
 *
 * <p>{@code tmp} is not synced: at worst a crash brings back a second name of a message that is in
 * {@code new}, in a directory that no reader looks into.
 *
 * <p>Source: qpsmtpd {@code plugins/queue/maildir @ df5b04d}; RFC 5321 sections 4.4 and 6.1.
 */
@Component(configurationPid = "queue.maildir", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MaildirConfig.class, factory = true)
@Plugin(
        name = "queue/maildir",
        positional = {"path", "subdir", "mode"},
        paths = "path")
public final class MaildirPlugin implements QueueHook {
    private static final Logger LOG = LoggerFactory.getLogger(MaildirPlugin.class);

    private static final HookResult FULL = HookResult.deny("Mailbox is full (#5.2.2)");

    private final Path root;
    private final Optional<MaildirPlaces> places;
    private final Disk disk;
    private final Maildirs maildirs;
    private final DirectorySync directories;
    private final Quotas quotas;
    private final FileNames names = FileNames.ofThisMachine();

    /**
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public MaildirPlugin(MaildirConfig config) {
        this(config, LocalDisk.ofMode(config.mode()));
    }

    MaildirPlugin(MaildirConfig config, Disk disk) {
        this.root = Maildirs.folder(config.path());
        this.disk = disk;
        this.maildirs = new Maildirs(disk, root);
        this.places =
                config.subdir().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new MaildirPlaces(
                                        disk, maildirs, root, new SubdirPattern(config.subdir())));
        this.directories = new DirectorySync(disk);
        this.quotas =
                new Quotas(
                        disk,
                        config.quota().isEmpty()
                                ? Optional.empty()
                                : Optional.of(Quota.of(config.quota())));
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        if (transaction.recipients().isEmpty()) {
            return HookResult.DECLINED.because("error: no recipients");
        }
        try {
            List<Target> targets = targets(transaction);
            List<Target> full = withoutRoom(transaction, targets);
            if (full.size() == targets.size()) {
                return FULL.because("fail: no room in " + full.get(0).maildir());
            }
            return deliver(transaction, settled(transaction, targets, full));
        } catch (IOException e) {
            String fault = Faults.describe(e);
            LOG.error("a message is deferred since it cannot be stored: {}", fault);
            return HookResult.DECLINED.because("error: " + fault);
        }
    }

    /**
     * Who gets a copy.
     *
     * @param maildir where it goes; made when missing
     * @param recipients whom it is for
     */
    private record Target(Path maildir, List<Recipient> recipients) {
        String top(Transaction transaction) {
            return MaildirDelivery.envelope(transaction.sender(), recipients);
        }
    }

    private List<Target> targets(Transaction transaction) throws IOException {
        List<Target> targets = new ArrayList<>();
        if (places.isPresent()) {
            String ownName = transaction.connection().config().value("me").orElse("localhost");
            Instant now = transaction.connection().clock().now();
            for (Recipient recipient : transaction.recipients()) {
                Path maildir = places.get().of(recipient.address(), ownName, now);
                targets.add(new Target(maildir, List.of(recipient)));
            }
        } else {
            targets.add(new Target(root, transaction.recipients()));
        }
        for (Target target : targets) {
            maildirs.prepare(target.maildir(), transaction.connection().clock().now());
        }
        return targets;
    }

    private List<Target> withoutRoom(Transaction transaction, List<Target> targets)
            throws IOException {
        Instant now = transaction.connection().clock().now();
        List<Target> full = new ArrayList<>();
        for (Target target : targets) {
            if (quotas.hasOne(target.maildir())) {
                long octets = target.top(transaction).length() + transaction.messageSize();
                if (!quotas.hasRoom(target.maildir(), octets, now)) {
                    full.add(target);
                }
            }
        }
        return full;
    }

    /**
     * A client that reads a reply for each recipient is told of the full maildirs. One that reads a
     * single reply would take 250 for all of them, so all get the message.
     */
    private static List<Target> settled(
            Transaction transaction, List<Target> targets, List<Target> full) {
        if (!transaction.isAnsweredEach()) {
            full.forEach(
                    target -> LOG.warn("{} is over its quota; others get it", target.maildir()));
            return targets;
        }
        full.forEach(target -> target.recipients().forEach(one -> one.settle(FULL)));
        List<Target> left = new ArrayList<>(targets);
        left.removeAll(full);
        return left;
    }

    private HookResult deliver(Transaction transaction, List<Target> targets) throws IOException {
        List<Map.Entry<Path, Long>> added = new ArrayList<>();
        try (MaildirDelivery delivery =
                new MaildirDelivery(MaildirDelivery.Content.of(transaction), disk, directories)) {
            for (Target target : targets) {
                String name = names.next(transaction.connection().clock().now());
                String top = target.top(transaction);
                if (quotas.hasOne(target.maildir())) {
                    long octets = delivery.writeSized(target.maildir(), name, top);
                    added.add(Map.entry(target.maildir(), octets));
                } else {
                    delivery.write(target.maildir(), name, top);
                }
            }
            delivery.publish();
            added.forEach(copy -> add(copy.getKey(), copy.getValue()));
            return HookResult.ok(("Queued! " + transaction.headers().messageId()).strip())
                    .because("pass: stored as " + delivery.places());
        }
    }

    /** The message is stored, whatever becomes of the count. */
    private void add(Path maildir, long octets) {
        try {
            quotas.add(maildir, octets);
        } catch (IOException e) {
            LOG.warn("{} is not counted right: {}", maildir, Faults.describe(e));
        }
    }
}
