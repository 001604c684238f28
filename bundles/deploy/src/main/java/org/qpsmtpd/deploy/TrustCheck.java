package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Whether nobody but root and the server's own user can have put or can exchange a jar: a regular
 * file of one of the two, not writable by anyone else, and so is every folder on its path.
 *
 * <p>Two exceptions: a folder of root's with the sticky bit, such as {@code /tmp}, may be writable,
 * since only its owner can exchange an entry there; and a group may write when it is the owner's
 * private group. Where there is an access control list, what is said of the group is in truth the
 * most that the list may grant to anybody; so there must be none then.
 */
final class TrustCheck {
    /** Most bytes of a jar. */
    static final long MOST_BYTES = 200L << 20;

    private static final int ROOT = 0;

    private final int serverUid;
    private final PrivateGroups groups;
    private final AccessLists lists;

    /**
     * Makes a check.
     *
     * @param serverUid number of the user the server runs as
     */
    TrustCheck(int serverUid, PrivateGroups groups, AccessLists lists) {
        this.serverUid = serverUid;
        this.groups = groups;
        this.lists = lists;
    }

    /**
     * Checks a jar; nothing of it is read.
     *
     * @param jar absolute path
     */
    void check(Path jar) throws JarFault {
        try {
            checkKind(UnixFile.read(jar));
            checkRights(jar, UnixFile.read(jar));
            for (Path folder : foldersOf(jar)) {
                checkFolder(folder, UnixFile.read(folder));
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw untrusted("its owner and rights cannot be read: " + e, "mend the file system");
        }
    }

    private static void checkKind(UnixFile file) throws JarFault {
        if (file.isLink()) {
            throw untrusted("it is a symbolic link", "put the jar itself there");
        }
        if (file.isFolder()) {
            throw untrusted("it is a folder", "put a jar there, or give the folder another name");
        }
        if (!file.isRegular()) {
            throw untrusted("it is no regular file", "put a jar there");
        }
        if (file.size() > MOST_BYTES) {
            throw new JarFault(
                    JarFault.Kind.BROKEN,
                    "it has " + file.size() + " bytes, and " + MOST_BYTES + " is the most",
                    "put a smaller jar there");
        }
    }

    /** The folders on the path as it is written and, where that differs, as it really is. */
    private static Set<Path> foldersOf(Path jar) throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        Path written = jar.toAbsolutePath().normalize().getParent();
        Path real = written == null ? null : written.toRealPath();
        for (Path folder = real; folder != null; folder = folder.getParent()) {
            folders.add(folder);
        }
        for (Path folder = written; folder != null; folder = folder.getParent()) {
            folders.add(folder);
        }
        return folders;
    }

    private void checkFolder(Path path, UnixFile folder) throws JarFault {
        if (folder.isLink()) {
            checkOwner(path, folder);
            return;
        }
        if (folder.isSticky() && folder.uid() == ROOT) {
            return;
        }
        checkRights(path, folder);
    }

    private void checkRights(Path path, UnixFile file) throws JarFault {
        checkOwner(path, file);
        if (file.othersMayWrite()) {
            throw untrusted(path + " can be written by everybody", "run: chmod o-w " + path);
        }
        if (file.groupMayWrite()) {
            checkGroup(path, file);
        }
    }

    private void checkGroup(Path path, UnixFile file) throws JarFault {
        String writable = path + " can be written by its group, number " + file.gid();
        String mend = "run: chmod g-w " + path;
        if (!groups.isPrivate(file.uid(), file.gid())) {
            throw untrusted(writable, mend);
        }
        boolean listed;
        try {
            listed = lists.isOn(path);
        } catch (IOException e) {
            String why = OneLine.of(String.valueOf(e.getMessage()));
            throw untrusted(
                    writable
                            + ", and whether an access control list adds others is unknown: "
                            + why,
                    mend);
        }
        if (listed) {
            throw untrusted(
                    path + " has an access control list by which others may write it",
                    "run: setfacl -b " + path);
        }
    }

    private void checkOwner(Path path, UnixFile file) throws JarFault {
        if (file.uid() != ROOT && file.uid() != serverUid) {
            throw untrusted(
                    path
                            + " belongs to user number "
                            + file.uid()
                            + ", neither root nor the user of the server, number "
                            + serverUid,
                    "run: chown root " + path);
        }
    }

    private static JarFault untrusted(String reason, String advice) {
        return new JarFault(JarFault.Kind.UNTRUSTED, reason, advice);
    }
}
