package org.qpsmtpd.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.qpsmtpd.itest.process.Shell;

/**
 * Whether anybody can make the same artifacts. It stands here, where it is among the last to run:
 * the second build goes on beside the tests before.
 */
class SecondBuildIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> DISTRIBUTIONS =
            List.of(
                    "runtime/felix/target/qpsmtpd-1.0.0.tar.gz",
                    "runtime/package/target/qpsmtpd_1.0.0_all.deb",
                    "runtime/package/target/qpsmtpd-1.0.0-1.noarch.rpm",
                    "runtime/karaf/target/qpsmtpd-karaf-1.0.0.tar.gz",
                    "runtime/karaf/target/qpsmtpd-karaf-1.0.0-features.kar");

    @Test
    @Timeout(1200)
    void aSecondBuildGivesTheSameOctets() throws IOException {
        Program.find("mvn", "maven");
        String repository = System.getProperty("maven.repository");
        String output = Shell.run(ROOT.resolve("itest/second-build").toString(), repository);
        Path copy = Path.of(output.strip().replaceAll("(?s).*\n", ""));
        Set<String> artifacts = artifacts(copy);
        assertThat(artifacts).isEqualTo(artifacts(ROOT)).containsAll(DISTRIBUTIONS);
        assertThat(artifacts.stream().filter(a -> differ(ROOT.resolve(a), copy.resolve(a))))
                .as("what differs between %s and %s", ROOT, copy)
                .isEmpty();
    }

    /** Finds them; what servers of other tests write there may be gone when it is looked at. */
    private static final class Artifacts extends SimpleFileVisitor<Path> {
        private static final Pattern NAME =
                Pattern.compile(
                        ".*/target/[^/]*-1\\.0\\.0\\.jar|.*/target/qpsmtpd[-_]1[^/]*"
                                + "|.*/target/qpsmtpd-karaf-1[^/]*");

        private final Path root;
        private final Set<String> found;

        Artifacts(Path root, Set<String> found) {
            this.root = root;
            this.found = found;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = root.relativize(file).toString();
            if (NAME.matcher(path).matches()) {
                found.add(path);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }
    }

    /** All that a build makes for others, by its path. */
    private static Set<String> artifacts(Path root) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String part : List.of("bundles", "plugins", "runtime")) {
            Files.walkFileTree(root.resolve(part), new Artifacts(root, found));
        }
        return found;
    }

    private static boolean differ(Path one, Path other) {
        try {
            return Files.mismatch(one, other) >= 0;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
