package org.qpsmtpd.itest.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The JDKs of this machine. */
final class Javas {
    static final Path FOLDER = Path.of("/usr/lib/jvm");

    /** The first version that the server runs on. */
    static final int OLDEST = 17;

    private Javas() {}

    /** Those the server runs on by version; the one that runs the tests is always among them. */
    static NavigableMap<Integer, Path> found() throws IOException {
        NavigableMap<Integer, Path> found = new TreeMap<>();
        found.put(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
        if (Files.isDirectory(FOLDER)) {
            try (Stream<Path> entries = Files.list(FOLDER)) {
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
}
