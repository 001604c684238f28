package org.qpsmtpd.deploy;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A folder that only the server can read and write, for copies of jars.
 *
 * @param path where it is
 * @param uid number of the user the server runs as, who owns it
 */
record PrivateFolder(Path path, int uid) {
    /** Makes the folder, or empties the one that an earlier run left. */
    static PrivateFolder at(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> old = Files.newDirectoryStream(path)) {
                for (Path file : old) {
                    Files.delete(file);
                }
            }
            Files.delete(path);
        }
        Files.createDirectory(
                path,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new PrivateFolder(path, UnixFile.read(path).uid());
    }
}
