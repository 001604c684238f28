package org.qpsmtpd.runtime.felix.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
    private final Path folder;

    NativeLibraryTest(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    @Test
    void isMistakenForWhatItsPathNamesUpToTheBlank() throws IOException {
        Path inside = Files.createDirectories(folder.resolve("mail server/lib"));
        assertThat(NativeLibrary.mistakenFor(inside)).isEmpty();
        Path neighbour = Files.createFile(folder.resolve("mail"));
        assertThat(NativeLibrary.mistakenFor(inside)).contains(neighbour);
    }

    @Test
    void isMistakenByItsRealPath() throws IOException {
        Path inside = Files.createDirectories(folder.resolve("mail\tserver/lib"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
        Path neighbour = Files.createDirectory(folder.resolve("mail"));
        assertThat(NativeLibrary.mistakenFor(link)).contains(neighbour);
    }

    @Test
    void isItselfInAPathWithoutBlanks() throws IOException {
        assertThat(NativeLibrary.mistakenFor(folder)).isEmpty();
    }
}
