package org.qpsmtpd.core.message;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.qpsmtpd.api.service.FolderTrust;

/** A folder that is the server's alone. */
public final class PrivateFolder {
    private static final FileAttribute<Set<PosixFilePermission>> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private PrivateFolder() {}

    /**
     * Makes a folder when it is missing, with those above it, and checks it.
     *
     * @throws IOException when it cannot be made or used, or is a symbolic link, and for root when
     *     another user could exchange it
     */
    public static void make(Path folder) throws IOException {
        FolderTrust.requireForRoot(folder);
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            makeOnce(folder);
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !Files.isWritable(folder)) {
            throw new IOException(folder + " is not a directory that can be written");
        }
    }

    /** Another process may make it meanwhile; what it made is checked like any other. */
    private static void makeOnce(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, MODE);
        } catch (FileAlreadyExistsException e) {
            // the check behind says whether it can be used
        }
    }
}
