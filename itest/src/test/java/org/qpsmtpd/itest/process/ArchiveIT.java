package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;

/** The archive of classes, which a start makes for those after it. */
@Timeout(240)
class ArchiveIT {
    private final Path home;

    /** A distribution that has been copied to another place, with its archive. */
    ArchiveIT(@TempDir Path folder) {
        home = folder.resolve("moved");
        Shell.run("cp", "-a", ServerUnderTest.home().toString(), home.toString());
    }

    private Optional<Path> file(String ending) {
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches("classes-.*" + ending))
                    .findAny();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start() {
        assertThat(Shell.run(home.resolve("bin/qpsmtpd-prefork").toString(), "--version"))
                .contains("version 1.");
    }

    private void awaitArchive() {
        Eventually.holds(
                "an archive of this place",
                () -> {
                    Optional<Path> place = file("[.]home");
                    return place.isPresent()
                            && Files.readString(place.get()).equals(home + "\n")
                            && file("[.]making").isEmpty();
                });
        assertThat(file("[.]jsa")).isPresent();
    }

    /** The JVM passes over an archive of other paths, and says nothing. */
    @Test
    void isMadeAnewAfterAMove() {
        start();
        awaitArchive();
    }

    @Test
    void isMadeAlthoughSomebodyWasKilledAtIt() throws IOException {
        Path archive = file("[.]jsa").orElseThrow();
        Path making = Files.createDirectory(Path.of(archive + ".making"));
        Instant longAgo = Instant.now().minus(Duration.ofMinutes(20));
        Files.setLastModifiedTime(making, FileTime.from(longAgo));
        List.of(archive, Path.of(archive + ".home")).forEach(ArchiveIT::delete);
        start();
        awaitArchive();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
