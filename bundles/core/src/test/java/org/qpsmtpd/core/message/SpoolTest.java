package org.qpsmtpd.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.api.service.FolderTrust;

final class SpoolTest {
    @Test
    void makesForRootNothingInAFolderOfAnotherUser(@TempDir Path folder) throws IOException {
        assumeTrue(FolderTrust.isRoot(), "only root gives folders away");
        Spool spool = new Spool(folder);
        spool.prepare();
        Files.setAttribute(folder, "unix:uid", 65534);
        String reason = "it belongs to user number 65534";
        assertThatIOException().isThrownBy(spool::prepare).withMessageContaining(reason);
        assertThatIOException().isThrownBy(spool::newFile).withMessageContaining(reason);
        assertThatIOException().isThrownBy(spool::newDirectory).withMessageContaining(reason);
        assertThatIOException()
                .isThrownBy(() -> spool.open(spool.newPath()))
                .withMessageContaining(reason);
        assertThat(folder).isEmptyDirectory();
    }
}
