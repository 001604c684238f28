package org.qpsmtpd.store.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.service.FolderTrust;
import org.qpsmtpd.api.service.ServerHome;

/** Where a server's file is. */
final class Place {
    private static final String FOLDER = "store";
    private static final String FILE = "store.mv";
    private static final String DAMAGED = ".damaged";

    private final ServerHome home;
    private final @Nullable Path chosen;

    Place(ServerHome home, @Nullable Path chosen) {
        this.home = home;
        this.chosen = chosen;
    }

    /** The file's path; its folder is made when it is the usual one. */
    Path file() throws IOException {
        if (chosen == null) {
            return home.state(FOLDER).resolve(FILE);
        }
        FolderTrust.requireForRoot(chosen.resolveSibling("."));
        return chosen;
    }

    /** Makes the file when it is not there, for the server's user alone. */
    static void make(Path file) throws IOException {
        try {
            var rights =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"));
            Files.createFile(file, rights);
        } catch (FileAlreadyExistsException e) {
            // as after every other start
        }
    }

    static boolean isEmpty(Path file) {
        try {
            return !Files.exists(file) || Files.size(file) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Gives a damaged file another name, in place of an earlier one, and returns that. */
    static Path setAside(Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
        return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return chosen == null ? "the server's folder " + FOLDER : chosen.toString();
    }
}
