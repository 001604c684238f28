package org.qpsmtpd.itest.container.example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file that plugins in the container append lines to and tests read. */
record Journal(Path file) {
    Journal(String file) {
        this(Path.of(file));
    }

    void write(String line) {
        try {
            Files.write(file, List.of(line), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
