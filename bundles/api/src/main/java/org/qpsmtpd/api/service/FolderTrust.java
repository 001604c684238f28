package org.qpsmtpd.api.service;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Whether a folder, and each one above it, can be changed by root and the process's own user alone.
 * Whoever else can change one of them can lead the process elsewhere by a link; what a process of
 * root's makes or appends to, and what it runs, is then the other's choice.
 *
 * <p>A folder of root's with the sticky bit, such as {@code /tmp}, passes, since only its owner can
 * exchange an entry there. The process's own group may write unless the process is root's: an
 * access list of root's folder looks like the rights of its group.
 */
public final class FolderTrust {
    private static final Path SELF = Path.of("/proc/self");
    private static final int ROOT = 0;
    private static final int TYPE = 0170000;
    private static final int LINK = 0120000;
    private static final int STICKY = 01000;
    private static final int GROUP_MAY_WRITE = 0020;
    private static final int OTHERS_MAY_WRITE = 0002;

    private FolderTrust() {}

    /** Whether the process is root's; false when that cannot be told. */
    public static boolean isRoot() {
        try {
            return Files.getAttribute(SELF, "unix:uid").equals(ROOT);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /**
     * Checks a folder for a process of root's; that of any other user takes what it may use.
     *
     * @param folder as {@link #require}
     */
    public static void requireForRoot(Path folder) throws IOException {
        if (isRoot()) {
            require(folder);
        }
    }

    /**
     * Checks a folder and all above it, as the path is written and as it really is.
     *
     * @param folder may be missing: then the lowest one above it that is there counts
     * @throws FileSystemException when another user can change one of them; its message names that
     *     one and says why
     */
    public static void require(Path folder) throws IOException {
        Map<String, Object> self = attributes(SELF);
        for (Path each : chain(folder)) {
            @Nullable String reason = reason(attributes(each), self);
            if (reason != null) {
                throw new FileSystemException(each.toString(), null, reason);
            }
        }
    }

    private static Set<Path> chain(Path folder) throws IOException {
        Path written = folder.toAbsolutePath().normalize();
        while (!Files.exists(written) && written.getParent() != null) {
            written = written.getParent();
        }
        Set<Path> all = new LinkedHashSet<>();
        for (Path first : List.of(written, written.toRealPath())) {
            for (Path each = first; each != null; each = each.getParent()) {
                all.add(each);
            }
        }
        return all;
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        boolean self = path.equals(SELF);
        LinkOption[] options =
                self ? new LinkOption[0] : new LinkOption[] {LinkOption.NOFOLLOW_LINKS};
        return Files.readAttributes(path, "unix:mode,uid,gid", options);
    }

    private static @Nullable String reason(Map<String, Object> file, Map<String, Object> self) {
        int mode = number(file, "mode");
        int uid = number(file, "uid");
        int own = number(self, "uid");
        if (uid != ROOT && uid != own) {
            return "it belongs to user number " + uid;
        }
        boolean entriesAreKept = uid == ROOT && (mode & STICKY) != 0;
        if ((mode & TYPE) == LINK || entriesAreKept) {
            return null;
        }
        if ((mode & OTHERS_MAY_WRITE) != 0) {
            return "everybody can write to it";
        }
        boolean ownGroup = own != ROOT && number(file, "gid") == number(self, "gid");
        return (mode & GROUP_MAY_WRITE) != 0 && !ownGroup
                ? "its group, number " + number(file, "gid") + ", can write to it"
                : null;
    }

    private static int number(Map<String, Object> attributes, String name) {
        return (Integer) Objects.requireNonNull(attributes.get(name), name);
    }
}
