package org.qpsmtpd.api.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The tests that give a folder to another user run as root only. */
final class FolderTrustTest {
    private static final int NOBODY = 65534;

    private final Path above;
    private final Path folder;

    FolderTrustTest(@TempDir Path temp) throws IOException {
        above = temp.toRealPath();
        folder = Files.createDirectory(above.resolve("folder"));
    }

    @BeforeEach
    void letNobodyElseWrite() throws IOException {
        allow(above, "rwx------");
        allow(folder, "rwx------");
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static void giveToNobody(Path path) throws IOException {
        assumeTrue(FolderTrust.isRoot(), "only root gives folders away");
        Files.setAttribute(path, "unix:uid", NOBODY);
    }

    private static void assertRefused(Path path, Path because, String reason) {
        assertThatThrownBy(() -> FolderTrust.require(path))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(because + ": " + reason);
    }

    @Test
    void takesAFolderOfOurOwn() {
        assertThatCode(() -> FolderTrust.require(folder)).doesNotThrowAnyException();
    }

    @Test
    void looksAtTheFoldersAboveWhatIsNotThereYet() throws IOException {
        Path missing = folder.resolve("a/b");
        assertThatCode(() -> FolderTrust.require(missing)).doesNotThrowAnyException();
        allow(above, "rwx----w-");
        assertRefused(missing, above, "everybody can write to it");
    }

    @Test
    void refusesAFolderThatEverybodyCanWriteTo() throws IOException {
        allow(folder, "rwx----w-");
        assertRefused(folder, folder, "everybody can write to it");
    }

    @Test
    void refusesRootAFolderThatItsGroupCanWriteTo() throws IOException {
        allow(folder, "rwxrwx---");
        if (FolderTrust.isRoot()) {
            int group = (Integer) Files.getAttribute(folder, "unix:gid");
            assertRefused(folder, folder, "its group, number " + group + ", can write to it");
        } else {
            assertThatCode(() -> FolderTrust.require(folder)).doesNotThrowAnyException();
        }
    }

    @Test
    void refusesAFolderOfAnotherUser() throws IOException {
        giveToNobody(above);
        assertRefused(folder, above, "it belongs to user number " + NOBODY);
        assertThatThrownBy(() -> FolderTrust.requireForRoot(folder))
                .isInstanceOf(FileSystemException.class);
    }

    @Test
    void takesAStickyFolderOfRootsOnly() throws IOException {
        assumeTrue(FolderTrust.isRoot(), "the folder must be root's");
        Files.setAttribute(above, "unix:mode", 01777);
        assertThatCode(() -> FolderTrust.require(folder)).doesNotThrowAnyException();
        giveToNobody(above);
        assertRefused(folder, above, "it belongs to user number " + NOBODY);
    }

    @Test
    void looksAtBothEndsOfALink() throws IOException {
        Path link = Files.createSymbolicLink(above.resolve("link"), folder);
        allow(folder, "rwx----w-");
        assertRefused(link.resolve("x"), folder, "everybody can write to it");
        allow(folder, "rwx------");
        giveToNobody(folder);
        Path back = Files.createSymbolicLink(folder.resolve("back"), above);
        assertRefused(back, folder, "it belongs to user number " + NOBODY);
    }
}
