package org.qpsmtpd.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A temporary directory, made when first needed and deleted when the JVM ends. */
final class SpoolDirectory {
    private @Nullable Path path;

    SpoolDirectory(@Nullable Path path) {
        this.path = path;
    }

    Path path() throws IOException {
        Path existing = path;
        if (existing != null) {
            return existing;
        }
        Path made = Files.createTempDirectory("qpsmtpd-testkit");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
        path = made;
        return made;
    }

    private static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path entry : deepestFirst) {
                Files.delete(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
