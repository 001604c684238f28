package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tests that give a file to another user run as root only. */
class TrustCheckTest {
    private static final int NOBODY = 65534;

    private final Path parent;
    private final Path folder;
    private final Path jar;
    private final int me;
    private final TrustCheck check;

    TrustCheckTest(@TempDir Path temp) throws IOException {
        parent = temp.toRealPath();
        folder = Files.createDirectory(parent.resolve("deploy"));
        jar = Files.writeString(folder.resolve("x.jar"), "any");
        me = UnixFile.read(jar).uid();
        check =
                new TrustCheck(
                        me,
                        new PrivateGroups(temp.resolve("no"), temp.resolve("no")),
                        any -> false);
    }

    private static void allow(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private void giveToNobody(Path path) throws IOException {
        assumeTrue(me == 0, "only root gives files away");
        Files.setAttribute(path, "unix:uid", NOBODY);
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> check.check(jar)).isInstanceOf(JarFault.class).hasMessage(reason);
    }

    @Test
    void takesAJarOfItsOwnThatNobodyElseMayWrite() {
        assertThatCode(() -> check.check(jar)).doesNotThrowAnyException();
    }

    @Test
    void refusesAJarThatEverybodyMayWrite() throws IOException {
        allow(jar, "rw-r--rw-");
        assertRefused(jar + " can be written by everybody; run: chmod o-w " + jar);
    }

    @Test
    void refusesAJarThatItsGroupMayWrite() throws IOException {
        allow(jar, "rw-rw-r--");
        int group = UnixFile.read(jar).gid();
        assertRefused(
                jar + " can be written by its group, number " + group + "; run: chmod g-w " + jar);
    }

    /** A check to which the jar's group is its owner's alone. */
    private TrustCheck withPrivateGroup(AccessLists lists) throws IOException {
        allow(jar, "rw-rw-r--");
        UnixFile file = UnixFile.read(jar);
        Path users = parent.resolve("users");
        Path groups = parent.resolve("groups");
        Files.writeString(users, "me:x:" + file.uid() + ":" + file.gid());
        Files.writeString(groups, "me:x:" + file.gid() + ":");
        return new TrustCheck(me, new PrivateGroups(users, groups), lists);
    }

    @Test
    void takesAJarThatThePrivateGroupOfItsOwnerMayWrite() throws IOException {
        TrustCheck withGroups = withPrivateGroup(any -> false);
        assertThatCode(() -> withGroups.check(jar)).doesNotThrowAnyException();
    }

    @Test
    void refusesAnAccessListBehindThePrivateGroup() throws IOException {
        TrustCheck withGroups = withPrivateGroup(jar::equals);
        assertThatThrownBy(() -> withGroups.check(jar))
                .hasMessage(
                        jar
                                + " has an access control list by which others may write it; run:"
                                + " setfacl -b "
                                + jar);
    }

    @Test
    void refusesThePrivateGroupWhereAccessListsCannotBeSeen() throws IOException {
        TrustCheck withGroups =
                withPrivateGroup(
                        any -> {
                            throw new IOException("not here");
                        });
        assertThatThrownBy(() -> withGroups.check(jar))
                .hasMessageContaining("whether an access control list adds others is unknown: not")
                .hasMessageEndingWith("run: chmod g-w " + jar);
    }

    @Test
    void refusesAFolderThatEverybodyMayWrite() throws IOException {
        allow(folder, "rwxr-xrwx");
        assertRefused(folder + " can be written by everybody; run: chmod o-w " + folder);
    }

    @Test
    void refusesAFolderFurtherUp() throws IOException {
        allow(parent, "rwxrwxrwx");
        assertRefused(parent + " can be written by everybody; run: chmod o-w " + parent);
    }

    @Test
    void takesAStickyFolderOfRoots() throws IOException {
        assumeTrue(me == 0, "the folder must be root's");
        Files.setAttribute(folder, "unix:mode", 01777);
        assertThatCode(() -> check.check(jar)).doesNotThrowAnyException();
    }

    @Test
    void refusesAStickyFolderOfAnotherUser() throws IOException {
        Files.setAttribute(folder, "unix:mode", 01777);
        giveToNobody(folder);
        assertRefused(
                folder
                        + " belongs to user number 65534, neither root nor the user of the server,"
                        + " number 0; run: chown root "
                        + folder);
    }

    @Test
    void refusesAJarOfAnotherUser() throws IOException {
        giveToNobody(jar);
        assertRefused(
                jar
                        + " belongs to user number 65534, neither root nor the user of the server,"
                        + " number 0; run: chown root "
                        + jar);
    }

    @Test
    void takesAJarOfRootsWhenTheServerRunsAsAnother() {
        assumeTrue(me == 0, "the jar must be root's");
        TrustCheck asNobody =
                new TrustCheck(
                        NOBODY, new PrivateGroups(folder.resolve("no"), folder), any -> false);
        assertThatCode(() -> asNobody.check(jar)).doesNotThrowAnyException();
    }

    @Test
    void refusesALink() throws IOException {
        Path target = Files.move(jar, folder.resolve("target"));
        Files.createSymbolicLink(jar, target);
        assertRefused("it is a symbolic link; put the jar itself there");
    }

    @Test
    void refusesAFolderWithTheNameOfAJar() throws IOException {
        Files.delete(jar);
        Files.createDirectory(jar);
        assertRefused("it is a folder; put a jar there, or give the folder another name");
    }

    @Test
    void refusesAJarThatIsTooLargeWithoutReadingIt() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(jar.toFile(), "rw")) {
            file.setLength(1L << 30);
        }
        assertRefused(
                "it has 1073741824 bytes, and 209715200 is the most; put a smaller jar there");
    }

    @Test
    void looksAtTheWayThroughALink() throws IOException {
        Path open = Files.createDirectory(parent.resolve("open"));
        Path link = Files.createSymbolicLink(open.resolve("link"), folder);
        allow(open, "rwxrwxrwx");
        Path through = link.resolve("x.jar");
        assertThatThrownBy(() -> check.check(through))
                .isInstanceOf(JarFault.class)
                .hasMessage(open + " can be written by everybody; run: chmod o-w " + open);
    }
}
