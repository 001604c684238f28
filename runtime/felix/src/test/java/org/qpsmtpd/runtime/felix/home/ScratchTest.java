package org.qpsmtpd.runtime.felix.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchTest {
    private final Path var;

    ScratchTest(@TempDir Path home) {
        var = home.resolve("var");
    }

    @Test
    void makesAPrivateFolderForThisRunAndDeletesIt() throws Exception {
        Scratch scratch = Scratch.open(var);
        long self = ProcessHandle.current().pid();
        assertThat(scratch.var()).isEqualTo(var);
        assertThat(scratch.cache()).isEqualTo(var.resolve("cache-" + self)).isDirectory();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(scratch.cache())))
                .isEqualTo("rwx------");
        Files.writeString(scratch.folder("bundles").resolve("file"), "x");
        scratch.delete();
        assertThat(var).isEmptyDirectory();
    }

    @Test
    void removesWhatDeadProcessesLeft() throws Exception {
        Files.createDirectories(var.resolve("cache-999999999/bundles"));
        Files.createDirectories(var.resolve("cache-1"));
        Files.createDirectories(var.resolve("cache-other"));
        Files.createFile(var.resolve("console-999999999.sock"));
        Files.createFile(var.resolve("console-1.sock"));
        Files.createFile(var.resolve("attach-999999999.sock"));
        Scratch scratch = Scratch.open(var);
        assertThat(var.resolve("cache-999999999")).doesNotExist();
        assertThat(var.resolve("cache-1")).exists();
        assertThat(var.resolve("cache-other")).exists();
        assertThat(var.resolve("console-999999999.sock")).doesNotExist();
        assertThat(var.resolve("console-1.sock")).exists();
        assertThat(var.resolve("attach-999999999.sock")).doesNotExist();
        scratch.delete();
    }

    @Test
    void leavesWhatSymbolicLinksPointTo(@TempDir Path elsewhere) throws Exception {
        Files.writeString(elsewhere.resolve("kept"), "x");
        Files.createDirectories(var.resolve("cache-999999999"));
        Files.createSymbolicLink(var.resolve("cache-999999999/link"), elsewhere);
        Scratch.open(var).delete();
        assertThat(elsewhere.resolve("kept")).exists();
    }

    @Test
    void usesATemporaryFolderWhenVarIsNoFolder() throws Exception {
        Files.writeString(var, "in the way");
        Scratch scratch = Scratch.open(var);
        assertThat(scratch.temporary()).isTrue();
        assertThat(scratch.cache()).isDirectory();
        assertThat(scratch.cache().getParent()).isEqualTo(scratch.var());
        scratch.delete();
        assertThat(scratch.var()).doesNotExist();
        assertThat(var).hasContent("in the way");
    }
}
