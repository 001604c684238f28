package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;

/** Start, mail, stop: on the oldest JDK we support and on the newest one this machine has. */
class JavaVersionsIT {
    private static final Path MACHINES = Path.of("/usr/lib/jvm");
    private static final int OLDEST = 17;

    /** The JDKs of this machine by version; the one that runs the tests is always among them. */
    private static NavigableMap<Integer, Path> found() throws IOException {
        NavigableMap<Integer, Path> found = new TreeMap<>();
        found.put(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
        if (Files.isDirectory(MACHINES)) {
            try (Stream<Path> entries = Files.list(MACHINES)) {
                for (Path entry :
                        entries.filter(e -> Files.isExecutable(e.resolve("bin/java"))).toList()) {
                    found.putIfAbsent(version(entry), entry);
                }
            }
        }
        found.headMap(OLDEST).clear();
        return found;
    }

    private static int version(Path jdk) throws IOException {
        Path release = jdk.resolve("release");
        if (!Files.exists(release)) {
            return 0;
        }
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        }
        String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Integer.parseInt(version.replaceFirst("[.+-].*", ""));
    }

    private static void smoke(Map.Entry<Integer, Path> jdk) {
        try (ServerUnderTest server = Mail.server().javaHome(jdk.getValue()).start()) {
            assertThat(server.handle().info().command().orElse(""))
                    .startsWith(realPath(jdk.getValue()));
            Mail.deliver(server, "on Java " + jdk.getKey());
            assertThat(server.maildir().messages()).hasSize(1);
            assertThat(server.stop()).isZero();
            assertThat(server.log())
                    .as("what Java %s says", jdk.getKey())
                    .doesNotContain("WARNING: A ", "WARNING: sun.", "deprecated", "Exception");
        }
    }

    private static String realPath(Path path) {
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void servesOnTheOldestSupported() throws IOException {
        assumeTrue(found().containsKey(OLDEST), "no JDK " + OLDEST + " in " + MACHINES);
        smoke(Map.entry(OLDEST, found().get(OLDEST)));
    }

    @Test
    void servesOnTheNewestFound() throws IOException {
        smoke(found().lastEntry());
    }
}
