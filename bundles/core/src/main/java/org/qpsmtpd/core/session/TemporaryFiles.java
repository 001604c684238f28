package org.qpsmtpd.core.session;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.qpsmtpd.core.message.Spool;

/** What plugins asked for in the spool directory, until the transaction ends. */
final class TemporaryFiles {
    private final Spool spool;
    private final List<Path> paths = new ArrayList<>(0);

    TemporaryFiles(Spool spool) {
        this.spool = spool;
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    Path file() throws IOException {
        return remember(spool.newFile());
    }

    Path directory() throws IOException {
        return remember(spool.newDirectory());
    }

    private Path remember(Path path) {
        paths.add(path);
        return path;
    }

    void delete() throws IOException {
        for (Path path : paths) {
            Spool.delete(path);
        }
    }
}
