package org.qpsmtpd.plugin.contentlog;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes folders that are for their owner alone. */
final class Folders {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private Folders() {}

    /**
     * Makes a folder and those above it that are missing, though not where a link leads.
     *
     * @param folder absolute and normalized
     * @throws IOException when it cannot be made, saying why
     */
    static void make(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path there = folder;
        while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
            there = there.getParent();
        }
        if (isReachedByLink(there)) {
            throw new IOException(
                    there
                            + ": a symbolic link leads there; make the folder "
                            + folder
                            + " yourself");
        }
        for (Path step : there.relativize(folder)) {
            there = there.resolve(step);
            makeOne(there);
        }
    }

    private static boolean isReachedByLink(Path there) throws IOException {
        return Files.isSymbolicLink(there) || !there.toRealPath().equals(there);
    }

    private static void makeOne(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, OWNER_ONLY);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(folder + ": it is no folder", e);
            }
        } catch (IOException e) {
            throw new IOException(folder + ": the folder cannot be made, " + why(e), e);
        }
    }

    private static String why(IOException fault) {
        return fault instanceof FileSystemException told && told.getReason() != null
                ? told.getReason()
                : "permission denied";
    }
}
