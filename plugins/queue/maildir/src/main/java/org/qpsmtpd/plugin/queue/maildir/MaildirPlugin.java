package org.qpsmtpd.plugin.queue.maildir;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * recipient a maildir below it; {@code mode}, octal, 700.
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

    private final Path root;
    private final Optional<MaildirPlaces> places;
    private final Disk disk;
    private final Maildirs maildirs;
    private final DirectorySync directories;
    private final FileNames names = FileNames.ofThisMachine();

    /**
     * @throws IllegalArgumentException naming the setting, its value and what is allowed
     */
    @Activate
    public MaildirPlugin(MaildirConfig config) {
        this(config, new LocalDisk(mode(config.mode())));
    }

    MaildirPlugin(MaildirConfig config, Disk disk) {
        this.root = root(config.path());
        this.disk = disk;
        this.maildirs = new Maildirs(disk, root);
        this.places =
                config.subdir().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new MaildirPlaces(
                                        disk, maildirs, root, new SubdirPattern(config.subdir())));
        this.directories = new DirectorySync(disk);
    }

    @Override
    public HookResult onQueue(Transaction transaction) {
        List<Recipient> recipients = transaction.recipients();
        if (recipients.isEmpty()) {
            return HookResult.DECLINED.because("error: no recipients");
        }
        try (MaildirDelivery delivery =
                new MaildirDelivery(MaildirDelivery.Content.of(transaction), disk, directories)) {
            if (places.isPresent()) {
                writeForEach(transaction, recipients, places.get(), delivery);
            } else {
                write(root, transaction, recipients, delivery);
            }
            delivery.publish();
            return HookResult.ok(("Queued! " + transaction.headers().messageId()).strip())
                    .because("pass: stored as " + delivery.places());
        } catch (IOException e) {
            String fault = Faults.describe(e);
            LOG.error("a message is deferred since it cannot be stored: {}", fault);
            return HookResult.DECLINED.because("error: " + fault);
        }
    }

    private void writeForEach(
            Transaction transaction,
            List<Recipient> recipients,
            MaildirPlaces known,
            MaildirDelivery delivery)
            throws IOException {
        String ownName = transaction.connection().config().value("me").orElse("localhost");
        Instant now = transaction.connection().clock().now();
        for (Recipient recipient : recipients) {
            Path maildir = known.of(recipient.address(), ownName, now);
            write(maildir, transaction, List.of(recipient), delivery);
        }
    }

    private void write(
            Path maildir,
            Transaction transaction,
            List<Recipient> recipients,
            MaildirDelivery delivery)
            throws IOException {
        Instant now = transaction.connection().clock().now();
        StringBuilder top = new StringBuilder(128);
        top.append("Return-Path: ").append(transaction.sender().format()).append('\n');
        for (Recipient recipient : recipients) {
            top.append("Delivered-To: ").append(recipient.address().address()).append('\n');
        }
        maildirs.prepare(maildir, now);
        delivery.write(maildir, names.next(now), top.toString());
    }

    private static Path root(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("path is missing: name the maildir's directory");
        }
        if (path.indexOf('%') >= 0) {
            throw new IllegalArgumentException(
                    "path '" + path + "' holds %: a pattern is the second word, subdir");
        }
        Path home = Path.of(System.getProperty("org.qpsmtpd.home", ""));
        return home.resolve(path).toAbsolutePath().normalize();
    }

    private static Set<PosixFilePermission> mode(String octal) {
        if (!octal.matches("7[0-7]{2}")) {
            throw new IllegalArgumentException(
                    "mode '"
                            + octal
                            + "' is not three octal digits that begin with 7, such as 700");
        }
        int bits = Integer.parseInt(octal, 8);
        StringBuilder letters = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < letters.length(); i++) {
            if ((bits & (0400 >> i)) == 0) {
                letters.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(letters.toString());
    }
}
