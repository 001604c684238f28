package org.qpsmtpd.core.config;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

    private final List<Path> directories;

    /** What a path looked like; absent files have the stamp of nothing. */
    record Stamp(Path path, long modified, long size, @Nullable Object key, Object changed) {
        static Stamp of(Path path) {
            try {
                BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(
                        path,
                        found.lastModifiedTime().toMillis(),
                        found.size(),
                        found.fileKey(),
                        permissionsChanged(path));
            } catch (IOException e) {
                return new Stamp(path, -1, -1, null, "");
            }
        }

        private static Object permissionsChanged(Path path) throws IOException {
            return ON_UNIX ? Files.getAttribute(path, "unix:ctime") : "";
        }

        boolean isOutdated() {
            return !equals(of(path));
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
     * The regular files in a directory that an include names, dot files left out, in ASCII order.
     */
    static List<Path> filesIn(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!name.startsWith(".") && Files.isRegularFile(entry)) {
                    files.add(entry);
                }
            }
        }
        files.sort((a, b) -> a.getFileName().toString().compareTo(b.getFileName().toString()));
        return files;
    }

    static boolean exists(Path path) {
        return Files.exists(path, new LinkOption[0]);
    }
}
