package org.qpsmtpd.core.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the file of a name is: the first of the directories that has it. Also answers whether
 * anything that was looked at has changed since.
 *
 * <p>Source: qpsmtpd {@code lib/Qpsmtpd/Config.pm}, config_dir.
 */
final class ConfigSource {
    private static final boolean ON_UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

    /** As many lists for clients as a folder may hold. */
    private static final int MOST_FILES = 4096;

    private final List<Path> directories;

    /**
     * What a path looked like.
     *
     * @param found what the file system said of it
     * @param young whether it had changed just before: a later change may have left no trace in
     *     what is said of it, since the clock of a file system ticks every few milliseconds
     */
    record Stamp(Path path, Found found, boolean young) {
        private static final long TICK_MILLIS = 50;

        static Stamp of(Path path) {
            Found found = Found.of(path);
            long age = System.currentTimeMillis() - found.changed().toMillis();
            return new Stamp(path, found, Math.abs(age) < TICK_MILLIS);
        }

        /** Whether there is surely nothing. */
        boolean isAbsent() {
            return found.equals(Found.NOTHING);
        }

        boolean isOutdated() {
            return young || !found.equals(Found.of(path));
        }
    }

    /** What a file system says of a file. */
    private record Found(FileTime modified, long size, @Nullable Object key, FileTime changed) {
        private static final FileTime NEVER = FileTime.fromMillis(0);
        static final Found NOTHING = new Found(NEVER, -1, null, NEVER);

        /** It could not be looked at: a folder on the way may not be entered, or the disk fails. */
        static final Found UNKNOWN = new Found(NEVER, -2, null, NEVER);

        static Found of(Path path) {
            try {
                BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
                return new Found(
                        now.lastModifiedTime(), now.size(), now.fileKey(), changed(path, now));
            } catch (NoSuchFileException e) {
                // A link that leads nowhere was to be a file.
                return Files.isSymbolicLink(path) ? UNKNOWN : NOTHING;
            } catch (IOException e) {
                return UNKNOWN;
            }
        }

        private static FileTime changed(Path path, BasicFileAttributes now) throws IOException {
            return ON_UNIX
                    ? (FileTime) Files.getAttribute(path, "unix:ctime")
                    : now.lastModifiedTime();
        }
    }

    /**
     * @param directories the directories, most important first
     */
    ConfigSource(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /** The paths a name may stand for, most important first. */
    List<Path> candidates(String name) {
        return directories.stream().map(directory -> directory.resolve(name)).toList();
    }

    /**
     * The regular files in a directory that an include names, dot files left out, in ASCII order; a
     * link that leads nowhere is among them.
     */
    static List<Path> filesIn(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!entry.getFileName().toString().startsWith(".") && isRegular(entry)) {
                    files.add(entry);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        files.sort((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()));
        return files;
    }

    /**
     * The names of the files in a folder of the first directory that has it.
     *
     * @throws UncheckedIOException when it cannot be listed
     */
    List<String> namesIn(String folder) {
        for (Path candidate : candidates(folder)) {
            if (exists(candidate)) {
                return names(candidate);
            }
        }
        return List.of();
    }

    private static List<String> names(Path folder) {
        try {
            List<Path> files = filesIn(folder);
            if (files.size() > MOST_FILES) {
                throw new IOException("more than " + MOST_FILES + " files");
            }
            return files.stream().map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean isRegular(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).isRegularFile();
        } catch (NoSuchFileException e) {
            return Files.isSymbolicLink(path);
        }
    }

    /**
     * Whether there is something, or may be: what cannot be looked at is not taken for absent, nor
     * is a link that leads nowhere.
     */
    static boolean exists(Path path) {
        return !Files.notExists(path) || Files.isSymbolicLink(path);
    }
}
