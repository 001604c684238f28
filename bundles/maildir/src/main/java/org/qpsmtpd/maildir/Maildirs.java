package org.qpsmtpd.maildir;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.qpsmtpd.api.service.FolderTrust;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes maildirs that are missing. The common directory is made once; when it disappears later, as
 * with a file system that is no longer mounted, nothing is put in its place.
 */
public final class Maildirs {
    private static final Logger LOG = LoggerFactory.getLogger(Maildirs.class);
    private static final Duration ABANDONED = Duration.ofHours(36);
    private static final int MAX_REMEMBERED = 10_000;

    private final Disk disk;
    private final Path root;
    private final Object lock = new Object();
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();
    private boolean rootSeen;

    /**
     * @param root the directory that holds all maildirs, or is the only one
     */
    public Maildirs(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /** Where files are written. */
    public static Path temporary(Path maildir) {
        return maildir.resolve("tmp");
    }

    /** Where readers look for new messages. */
    public static Path delivered(Path maildir) {
        return maildir.resolve("new");
    }

    /**
     * Returns when the maildir is there and no crash can take it away. At its first use, files that
     * have been in its {@code tmp} for 36 hours are deleted, as the maildir format asks for.
     *
     * @param maildir the root or a directory below it
     */
    public void prepare(Path maildir, Instant now) throws IOException {
        if (durable.contains(maildir) && isComplete(maildir)) {
            return;
        }
        synchronized (lock) {
            FolderTrust.requireForRoot(root.resolveSibling(""));
            makeRoot();
            requireOwn(root.toRealPath());
            makeBelowRoot(maildir);
            for (Path part :
                    List.of(maildir.resolve("cur"), temporary(maildir), delivered(maildir))) {
                disk.makeDirectory(part);
                requireOwn(part);
            }
            disk.syncDirectory(maildir);
            deleteAbandoned(temporary(maildir), now.minus(ABANDONED));
            if (durable.size() >= MAX_REMEMBERED) {
                durable.clear();
            }
            durable.add(maildir);
        }
    }

    private static boolean isComplete(Path maildir) {
        return Files.isDirectory(temporary(maildir)) && Files.isDirectory(delivered(maildir));
    }

    private void makeRoot() throws IOException {
        if (!Files.isDirectory(root)) {
            if (rootSeen) {
                throw new NoSuchFileException(root.toString(), null, "has disappeared");
            }
            makeWithParents(root);
        }
        rootSeen = true;
    }

    private void makeWithParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            makeWithParents(parent);
        }
        makeEntry(directory);
    }

    private void makeBelowRoot(Path maildir) throws IOException {
        Path place = root;
        for (Path step : root.relativize(maildir)) {
            if (!step.toString().isEmpty()) {
                place = place.resolve(step);
                makeEntry(place);
                requireOwn(place);
            }
        }
    }

    /**
     * Root's mail must not go where a link of the maildir's owner leads. Who else may write to it
     * is what the setting for the mode says.
     */
    private static void requireOwn(Path directory) throws IOException {
        if (!FolderTrust.isRoot()) {
            return;
        }
        Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(0) || Files.isSymbolicLink(directory)) {
            throw new FileSystemException(
                    directory.toString(),
                    null,
                    "root stores no mail here: it belongs to user number "
                            + owner
                            + " or is a symbolic link");
        }
    }

    private void makeEntry(Path directory) throws IOException {
        disk.makeDirectory(directory);
        Path parent = directory.getParent();
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    /** What a killed server left: never acknowledged, so nobody misses it. */
    private void deleteAbandoned(Path directory, Instant before) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (isAbandoned(file, before)) {
                    disk.delete(file);
                    LOG.info("deleted {}, which was never completed", file);
                }
            }
        } catch (IOException e) {
            LOG.warn("abandoned files stay in {}: {}", directory, Faults.describe(e));
        }
    }

    private static boolean isAbandoned(Path file, Instant before) throws IOException {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.getLastModifiedTime(file).toInstant().isBefore(before);
    }
}
