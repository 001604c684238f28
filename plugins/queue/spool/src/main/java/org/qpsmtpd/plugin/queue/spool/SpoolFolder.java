package org.qpsmtpd.plugin.queue.spool;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.maildir.DirectorySync;
import org.qpsmtpd.maildir.Disk;
import org.qpsmtpd.maildir.Faults;
import org.qpsmtpd.maildir.FileNames;
import org.qpsmtpd.maildir.MaildirDelivery;
import org.qpsmtpd.maildir.Maildirs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of messages that wait: in {@code new} a file for each, in {@code cur} one of the same
 * name for its progress when there is any, in {@code tmp} what is being written, in {@code bad}
 * what cannot be read.
 */
final class SpoolFolder {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolFolder.class);

    private final Path root;
    private final Disk disk;
    private final Maildirs maildirs;
    private final DirectorySync directories;
    private final FileNames names = FileNames.ofThisMachine();

    /** What the disk did not take; it counts as long as this object lives. */
    private final Map<String, Progress> unsaved = new ConcurrentHashMap<>();

    SpoolFolder(Path root, Disk disk) {
        this.root = root;
        this.disk = disk;
        maildirs = new Maildirs(disk, root);
        directories = new DirectorySync(disk);
    }

    /** What is stored below an envelope. */
    interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    Path root() {
        return root;
    }

    /** Returns when the folder is there. */
    void prepare(Instant now) throws IOException {
        maildirs.prepare(root, now);
    }

    /**
     * Stores a message; no crash can take it away on return.
     *
     * @param size octets of it, about
     * @param message writes it, with LF or CRLF line ends
     * @return its id
     */
    String store(Envelope envelope, long size, Writer message, Instant now) throws IOException {
        prepare(now);
        String id = names.next(now);
        try (MaildirDelivery delivery =
                new MaildirDelivery(content(size, message), disk, directories)) {
            delivery.write(root, id, envelope.format());
            delivery.publish();
        }
        return id;
    }

    private static MaildirDelivery.Content content(long size, Writer message) {
        byte[] mark = Kept.mark();
        return new MaildirDelivery.Content() {
            @Override
            public long size() {
                return size + mark.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                message.writeTo(out);
                out.write(mark);
            }
        };
    }

    /**
     * Reads what is known of a message.
     *
     * @throws NoSuchFileException when there is none of that id
     * @throws Kept.DamagedException when it cannot be understood
     */
    Kept read(String id) throws IOException {
        return Kept.read(Maildirs.delivered(root).resolve(id));
    }

    /** What has become of a message so far; begins anew when that cannot be read. */
    Progress progress(Kept kept) {
        Progress known = unsaved.get(kept.id());
        if (known != null) {
            return known;
        }
        Path file = progressFile(kept.id());
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Progress.read(new LineReader(in));
        } catch (NoSuchFileException e) {
            return Progress.of(kept.envelope());
        } catch (IOException e) {
            LOG.error(
                    "{}: {}; the message is handed on to all of its recipients anew",
                    file,
                    e.getMessage());
            return Progress.of(kept.envelope());
        }
    }

    /** Writes down what has become of a message; it counts at once, and on return after a crash. */
    void save(String id, Progress progress) throws IOException {
        unsaved.put(id, progress);
        Path temporary = Maildirs.temporary(root).resolve(id + ".progress");
        disk.delete(temporary);
        try (Disk.NewFile file = disk.create(temporary)) {
            file.write(ByteBuffer.wrap(progress.format().getBytes(StandardCharsets.US_ASCII)));
            file.sync();
        }
        disk.move(temporary, progressFile(id));
        directories.sync(progressFolder());
        unsaved.remove(id);
    }

    /** Deletes a message. What is known of its progress goes after it, so that it is not resent. */
    void delete(String id) throws IOException {
        disk.delete(Maildirs.delivered(root).resolve(id));
        disk.delete(progressFile(id));
        unsaved.remove(id);
    }

    /** Puts a file aside that cannot be understood, for an administrator. */
    void putAside(String id, String fault) throws IOException {
        Path bad = root.resolve("bad");
        disk.makeDirectory(bad);
        disk.move(Maildirs.delivered(root).resolve(id), bad.resolve(id));
        LOG.error("{}; it was put aside into {}", fault, bad);
    }

    /** The ids of all messages. Deletes progress whose message is gone. */
    List<String> ids() throws IOException {
        List<String> ids = names(Maildirs.delivered(root));
        for (String each : names(progressFolder())) {
            if (!Files.exists(Maildirs.delivered(root).resolve(each))) {
                disk.delete(progressFile(each));
            }
        }
        return ids;
    }

    private static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        } catch (NoSuchFileException e) {
            return names; // nothing was ever stored
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /** What waits, as the disk has it. */
    Room.Load load() throws IOException {
        long octets = 0;
        List<String> all = names(Maildirs.delivered(root));
        for (String id : all) {
            octets += size(id);
        }
        return new Room.Load(all.size(), octets);
    }

    private long size(String id) {
        try {
            return Files.size(Maildirs.delivered(root).resolve(id));
        } catch (IOException e) {
            LOG.debug("gone while it was counted: {}", Faults.describe(e));
            return 0;
        }
    }

    private Path progressFolder() {
        return root.resolve("cur");
    }

    private Path progressFile(String id) {
        return progressFolder().resolve(id);
    }
}
