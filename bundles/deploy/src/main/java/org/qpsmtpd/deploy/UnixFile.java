package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of a file, a symbolic link not followed. Two that are equal tell that
 * neither content nor rights changed in between.
 *
 * @param mode type and permissions as {@code st_mode}
 * @param size in bytes
 */
record UnixFile(
        int mode, int uid, int gid, long size, FileTime modified, FileTime changed, Object inode) {
    private static final int TYPE = 0170000;
    private static final int LINK = 0120000;
    private static final int FOLDER = 0040000;
    private static final int REGULAR = 0100000;
    private static final int STICKY = 01000;
    private static final int GROUP_MAY_WRITE = 0020;
    private static final int OTHERS_MAY_WRITE = 0002;

    /** Looks at a file; empty when there is none. */
    static Optional<UnixFile> at(Path path) throws IOException {
        try {
            return Optional.of(read(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Looks at a file. */
    static UnixFile read(Path path) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(
                        path,
                        "unix:mode,uid,gid,size,lastModifiedTime,ctime,ino",
                        LinkOption.NOFOLLOW_LINKS);
        return new UnixFile(
                (Integer) get(found, "mode"),
                (Integer) get(found, "uid"),
                (Integer) get(found, "gid"),
                (Long) get(found, "size"),
                (FileTime) get(found, "lastModifiedTime"),
                (FileTime) get(found, "ctime"),
                get(found, "ino"));
    }

    private static Object get(Map<String, @Nullable Object> found, String name) {
        return Objects.requireNonNull(found.get(name), name);
    }

    boolean isLink() {
        return (mode & TYPE) == LINK;
    }

    boolean isFolder() {
        return (mode & TYPE) == FOLDER;
    }

    boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    /** Whether entries of the folder can be exchanged by their owners alone, whoever may write. */
    boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    boolean groupMayWrite() {
        return (mode & GROUP_MAY_WRITE) != 0;
    }

    boolean othersMayWrite() {
        return (mode & OTHERS_MAY_WRITE) != 0;
    }
}
