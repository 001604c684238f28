package org.qpsmtpd.plugin.virus.clamav;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.scan.ScanProgram;
import org.qpsmtpd.api.session.MessageBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies of messages in a directory, for a scanner that runs as another user of its group. */
final class SharedCopies {
    private static final Logger LOG = LoggerFactory.getLogger(SharedCopies.class);

    private final Path directory;

    SharedCopies(Path directory) {
        this.directory = directory;
    }

    /** A copy that is made when it is asked for, and deleted when it is closed. */
    Copy copy(MessageBody body) {
        return new Copy(directory, body);
    }

    /** One copy. */
    static final class Copy implements ScanProgram.Source, AutoCloseable {
        private final Path directory;
        private final MessageBody body;
        private @Nullable Path file;

        private Copy(Path directory, MessageBody body) {
            this.directory = directory;
            this.body = body;
        }

        @Override
        public Path file() throws IOException {
            Path made = Files.createTempFile(directory, "message-", "");
            file = made;
            try (InputStream message = body.open()) {
                Files.copy(message, made, StandardCopyOption.REPLACE_EXISTING);
            }
            share(made);
            return made;
        }

        private void share(Path made) throws IOException {
            PosixFileAttributes shared = Files.readAttributes(directory, PosixFileAttributes.class);
            Set<PosixFilePermission> rights =
                    EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            if (shared.permissions().contains(PosixFilePermission.GROUP_READ)) {
                rights.add(PosixFilePermission.GROUP_READ);
            }
            PosixFileAttributeView view =
                    Objects.requireNonNull(
                            Files.getFileAttributeView(made, PosixFileAttributeView.class));
            if (!view.readAttributes().group().equals(shared.group())) {
                view.setGroup(shared.group());
            }
            view.setPermissions(rights);
        }

        @Override
        public void close() {
            try {
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                LOG.warn("a copy of a message stays: {}: {}", file, e.toString());
            }
        }
    }
}
