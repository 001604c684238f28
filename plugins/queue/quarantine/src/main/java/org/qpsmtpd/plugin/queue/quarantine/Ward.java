package org.qpsmtpd.plugin.queue.quarantine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.qpsmtpd.api.session.Transaction;
import org.qpsmtpd.maildir.DirectorySync;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.FileNames;
import org.qpsmtpd.maildir.MaildirDelivery;
import org.qpsmtpd.maildir.Maildirs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The maildir of messages in quarantine, within its bounds. */
final class Ward {
    private static final Logger LOG = LoggerFactory.getLogger(Ward.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(10);

    private final Path root;
    private final Bounds bounds;
    private final Disk disk;
    private final Maildirs maildirs;
    private final DirectorySync directories;
    private final FileNames names = FileNames.ofThisMachine();
    private Instant nextLook = Instant.MIN;
    private long octets;
    private final LongAdder expired = new LongAdder();

    /**
     * What is kept.
     *
     * @param life after which a message goes; zero for none
     * @param octets of all messages together; 0 for any
     */
    record Bounds(Duration life, long octets) {}

    /** A file as it was seen. */
    private record Seen(Path file, Instant since, long octets) {}

    Ward(Path root, Disk disk, Bounds bounds) {
        this.root = root;
        this.disk = disk;
        this.bounds = bounds;
        maildirs = new Maildirs(disk, root);
        directories = new DirectorySync(disk);
    }

    /** Stores the message; no crash can take it away on return. */
    String store(Transaction transaction, Instant now) throws IOException {
        String name = names.next(now);
        maildirs.prepare(root, now);
        try (MaildirDelivery delivery =
                new MaildirDelivery(MaildirDelivery.Content.of(transaction), disk, directories)) {
            delivery.write(root, name, Kept.topOf(transaction));
            delivery.publish();
        }
        stored(transaction.messageSize(), now);
        return name;
    }

    private synchronized void stored(long size, Instant now) {
        octets += size;
        boolean isFull = bounds.octets > 0 && octets > bounds.octets;
        if (!isFull && now.isBefore(nextLook)) {
            return;
        }
        try {
            expire(now);
        } catch (IOException e) {
            LOG.warn("messages stay in quarantine that should go: {}", Faults.describe(e));
        }
    }

    /** Deletes what is too old, and the oldest while there is too much. */
    synchronized void expire(Instant now) throws IOException {
        nextLook = now.plus(BETWEEN_LOOKS);
        List<Seen> all = all();
        octets = all.stream().mapToLong(Seen::octets).sum();
        Instant oldest = bounds.life.isZero() ? Instant.MIN : now.minus(bounds.life);
        for (Seen each : all) {
            boolean isFull = bounds.octets > 0 && octets > bounds.octets;
            if (!isFull && !each.since.isBefore(oldest)) {
                return;
            }
            disk.delete(each.file);
            octets -= each.octets;
            expired.increment();
            LOG.info("{}: {}", isFull ? "deleted, as there is no room" : "expired", each.file);
        }
    }

    /** How many messages went since they were too old or too many. */
    long expired() {
        return expired.sum();
    }

    /** The files, the oldest first. */
    private List<Seen> all() throws IOException {
        List<Seen> all = new ArrayList<>();
        for (Path folder : List.of(Maildirs.delivered(root), root.resolve("cur"))) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    seen(file).ifPresent(all::add);
                }
            } catch (UncheckedIOException e) {
                throw new IOException(folder + ": " + e.getMessage(), e);
            }
        }
        all.sort(Comparator.comparing(Seen::since).thenComparing(Seen::file));
        return all;
    }

    private static Optional<Seen> seen(Path file) throws IOException {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            Instant since = Files.getLastModifiedTime(file).toInstant();
            return Optional.of(new Seen(file, since, Files.size(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty(); // deleted meanwhile
        }
    }

    /** The messages, the oldest first. */
    List<Kept> list() throws IOException {
        List<Kept> list = new ArrayList<>();
        for (Seen each : all()) {
            try {
                list.add(Kept.read(each.file));
            } catch (IOException e) {
                LOG.debug("left out of the list: {}", e.toString());
            }
        }
        return list;
    }

    /** The message of that id. */
    Optional<Kept> find(String id) throws IOException {
        for (Seen each : all()) {
            if (Kept.id(each.file).equals(id)) {
                return Optional.of(Kept.read(each.file));
            }
        }
        return Optional.empty();
    }

    /** Deletes the message. */
    void delete(Kept kept) throws IOException {
        disk.delete(kept.file());
    }
}
