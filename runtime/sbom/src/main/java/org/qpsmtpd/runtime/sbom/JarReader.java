package org.qpsmtpd.runtime.sbom;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Finds out what a jar is: by its place in a folder that is laid out as a Maven repository, else by
 * the {@code pom.properties} in it, else by its name, of which the group must be told.
 */
final class JarReader {
    private static final String POM = "/pom.properties";
    private static final String EMBEDDED = "Embedded-Artifacts";

    /** Folders that are laid out as Maven repositories: of a Karaf, and of a Karaf archive. */
    private static final List<String> REPOSITORIES = List.of("system", "repository");

    private final Path root;
    private final Map<String, String> groups;

    /**
     * @param root the distribution's folder
     * @param groups of jars that do not say it themselves: artifact to group
     */
    JarReader(Path root, Map<String, String> groups) {
        this.root = root;
        this.groups = Map.copyOf(groups);
    }

    /** Whether there is more in a jar than its manifest. */
    static boolean hasContent(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .anyMatch(
                            entry ->
                                    !entry.isDirectory()
                                            && !entry.getName().equals(JarFile.MANIFEST_NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(jar + " is no jar", e);
        }
    }

    /**
     * Reads a jar.
     *
     * @throws IllegalArgumentException when nothing tells what it is
     */
    Component read(Path jar) throws IOException {
        List<Coordinates> found = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream().toList()) {
                if (entry.getName().startsWith("META-INF/maven/")
                        && entry.getName().endsWith(POM)) {
                    found.add(properties(file, entry));
                }
            }
            found.addAll(embedded(file));
        }
        Coordinates own = own(jar, found);
        found.removeIf(one -> one.artifact().equals(own.artifact()));
        String path = root.relativize(jar).toString();
        return new Component(path, own, sha256(jar), found.stream().sorted().toList());
    }

    private static Coordinates properties(JarFile file, JarEntry entry) throws IOException {
        Properties pom = new Properties();
        try (InputStream in = file.getInputStream(entry)) {
            pom.load(in);
        }
        return Coordinates.of(pom);
    }

    /**
     * Packages of others that our own bundles hold, named in a header as GROUP:ARTIFACT:VERSION.
     */
    private static List<Coordinates> embedded(JarFile file) throws IOException {
        List<Coordinates> found = new ArrayList<>();
        String header =
                file.getManifest() == null
                        ? null
                        : file.getManifest().getMainAttributes().getValue(EMBEDDED);
        for (String one : header == null ? new String[0] : header.split(",", -1)) {
            String[] parts = one.strip().split(":", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException(
                        file.getName() + ": '" + one + "' is not GROUP:ARTIFACT:VERSION");
            }
            found.add(new Coordinates(parts[0], parts[1], parts[2]));
        }
        return found;
    }

    private Coordinates own(Path jar, List<Coordinates> found) {
        String name = jar.getFileName().toString();
        return byPlace(jar)
                .or(() -> found.stream().filter(one -> isNamed(name, one)).findFirst())
                .or(() -> byName(name))
                .or(() -> found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty())
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        jar
                                                + " does not say what it is; name its group in the"
                                                + " build, as ARTIFACT=GROUP"));
    }

    /** In {@code system/GROUP/AS/FOLDERS/ARTIFACT/VERSION/ARTIFACT-VERSION.jar}. */
    private Optional<Coordinates> byPlace(Path jar) {
        Path path = root.relativize(jar);
        int last = path.getNameCount() - 1;
        if (last < 4 || !REPOSITORIES.contains(path.getName(0).toString())) {
            return Optional.empty();
        }
        String version = path.getName(last - 1).toString();
        String artifact = path.getName(last - 2).toString();
        String group = path.subpath(1, last - 2).toString().replace('/', '.');
        Coordinates place = new Coordinates(group, artifact, version);
        return isNamed(path.getName(last).toString(), place)
                ? Optional.of(place)
                : Optional.empty();
    }

    private static boolean isNamed(String name, Coordinates coordinates) {
        String stem = coordinates.artifact() + "-" + coordinates.version();
        return name.startsWith(stem) && ".-".indexOf(name.charAt(stem.length())) >= 0;
    }

    private Optional<Coordinates> byName(String name) {
        for (Map.Entry<String, String> known : groups.entrySet()) {
            String start = known.getKey() + "-";
            if (name.startsWith(start) && Character.isDigit(name.charAt(start.length()))) {
                String version = name.substring(start.length(), name.length() - ".jar".length());
                return Optional.of(new Coordinates(known.getValue(), known.getKey(), version));
            }
        }
        return Optional.empty();
    }

    private static String sha256(Path file) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
