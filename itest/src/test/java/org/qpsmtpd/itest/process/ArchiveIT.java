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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes, which a start makes for those after it. */
@Timeout(240)
class ArchiveIT {
    private final Path home;

    /** A distribution that has been copied to another place, with its archive. */
    ArchiveIT(@TempDir Path folder) {
        home = folder.resolve("moved");
        Shell.copyDistribution(home);
    }

    /** That of this Java: other tests have archives of others made. */
    private Optional<Path> file(String ending) {
        String version = Pattern.quote(System.getProperty("java.version"));
        try (Stream<Path> files = Files.list(home.resolve("lib"))) {
            return files.filter(
                            file ->
                                    file.getFileName()
                                            .toString()
                                            .matches("classes-" + version + "[.]jsa" + ending))
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
                    if (file("[.]making").isPresent()) {
                        return false;
                    }
                    Optional<Path> place = file("[.]home");
                    return place.isPresent() && Files.readString(place.get()).equals(home + "\n");
                });
        assertThat(file("")).isPresent();
    }

    /** The JVM passes over an archive of other paths, and says nothing. */
    @Test
    void isMadeAnewAfterAMove() {
        start();
        awaitArchive();
    }

    @Test
    void isMadeAlthoughSomebodyWasKilledAtIt() throws IOException {
        Path archive = file("").orElseThrow();
        Path making = Files.createDirectory(Path.of(archive + ".making"));
        Instant longAgo = Instant.now().minus(Duration.ofMinutes(20));
        Files.setLastModifiedTime(making, FileTime.from(longAgo));
        List.of(archive, Path.of(archive + ".home")).forEach(ArchiveIT::delete);
        start();
        awaitArchive();
    }

    /** It may be root who makes it, of a server that is to run as somebody else. */
    @Test
    void isMadeOfNothingThatAnybodyPutAnywhere() throws IOException {
        Path log = Files.createDirectories(home.resolve("log"));
        Path victim = Files.writeString(home.resolve("victim"), "");
        Files.createSymbolicLink(log.resolve("link"), victim);
        Path marker = home.resolve("marker");
        Files.write(
                home.resolve("config/logging"),
                List.of(
                        "logging/file loglevel LOGDEBUG " + log + "/own",
                        "logging/file:1 loglevel LOGDEBUG " + log + "/link",
                        "logging/file:2 loglevel LOGDEBUG |touch " + marker));
        Path deploy = Files.createDirectories(home.resolve("deploy"));
        Files.writeString(deploy.resolve("broken.jar"), "no jar");
        Path sockets = Files.createDirectory(home.resolve("sockets"));
        FileTime before = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(sockets, before);
        Path archive = file("").orElseThrow();
        delete(archive);
        Shell.run(
                "env",
                "-u",
                "QPSMTPD_CONFIG",
                "QPSMTPD_CONSOLE=" + sockets + "/console",
                home + "/bin/qpsmtpd",
                "--archive");
        assertThat(archive).isNotEmptyFile();
        assertThat(victim).isEmptyFile();
        assertThat(log).isDirectoryNotContaining("glob:**/own");
        assertThat(marker).doesNotExist();
        assertThat(home.resolve("var")).doesNotExist();
        assertThat(deploy.toFile().list()).containsExactly("broken.jar");
        assertThat(Files.getLastModifiedTime(sockets)).isEqualTo(before);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
