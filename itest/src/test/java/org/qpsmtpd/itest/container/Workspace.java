package org.qpsmtpd.itest.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of one container: made outside it, used by the server and the test inside.
 *
 * @param folder absolute
 */
record Workspace(Path folder) {
    /** A new one below {@code target}, with a configuration that collects its log. */
    static Workspace create(String name) {
        try {
            Path parent = Files.createDirectories(Path.of("target", "containers"));
            Workspace workspace =
                    new Workspace(Files.createTempDirectory(parent.toAbsolutePath(), name));
            workspace.folder("config");
            workspace.folder("deploy");
            workspace.configure("me", "server.example.com");
            workspace.configure("rcpthosts", "example.com");
            return workspace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder in it, made if need be. */
    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path config() {
        return folder.resolve("config");
    }

    Path deploy() {
        return folder.resolve("deploy");
    }

    Path maildir() {
        return folder.resolve("mail");
    }

    /** Where the plugin collector writes the log. */
    Path log() {
        return folder.resolve("log");
    }

    /** Where the plugin marker writes what happens to it. */
    Path journal() {
        return folder.resolve("journal");
    }

    /** Replaces a file of the configuration as a whole. */
    Path configure(String name, String... lines) {
        try {
            Path building = Files.createTempFile(folder, name, ".part");
            Files.write(building, List.of(lines));
            Path file = config().resolve(name);
            return Files.move(building, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a file has so far; nothing when it is not there yet. */
    static String text(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** The messages delivered so far. */
    List<String> messages() throws IOException {
        List<String> messages = new ArrayList<>();
        Path delivered = maildir().resolve("new");
        if (!Files.exists(delivered)) {
            return messages;
        }
        try (Stream<Path> files = Files.list(delivered)) {
            for (Path file : files.toList()) {
                messages.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return messages;
    }
}
