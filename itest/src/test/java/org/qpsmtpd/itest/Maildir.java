package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A maildir as it is on the disk.
 *
 * @param path the directory that holds {@code tmp}, {@code new} and {@code cur}; need not exist
 */
public record Maildir(Path path) {
    /** The messages in {@code new}, in the order of their file names. */
    public List<StoredMessage> messages() {
        return files("new").stream().map(StoredMessage::read).toList();
    }

    /** The one message in {@code new}. */
    public StoredMessage onlyMessage() {
        List<StoredMessage> messages = messages();
        assertThat(messages).as("messages in %s", path).hasSize(1);
        return messages.get(0);
    }

    /** The files in {@code tmp}: none, unless a delivery is under way. */
    public List<Path> unfinished() {
        return files("tmp");
    }

    private List<Path> files(String folder) {
        Path directory = path.resolve(folder);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
