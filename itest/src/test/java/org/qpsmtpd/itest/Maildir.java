package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A maildir as it is on the disk.
 *
 * @param path the directory that holds {@code tmp}, {@code new} and {@code cur}; need not exist
 */
public record Maildir(Path path) {
    private static final Pattern NUMBER = Pattern.compile("\\.P\\d+M\\d+Q(\\d+)\\.");

    /** The messages in {@code new}, in the order in which one server delivered them. */
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
            return files.sorted(Comparator.comparingLong(Maildir::number)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server's count of its deliveries, which is in the file name after the letter Q. */
    private static long number(Path file) {
        Matcher matcher = NUMBER.matcher(file.getFileName().toString());
        assertThat(matcher.find()).as("a number in the file name %s", file).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
