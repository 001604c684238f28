package org.qpsmtpd.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.BundleActivator;

/** Makes bundles for tests. */
final class TestJar {
    private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

    private final Manifest manifest = new Manifest();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private TestJar() {}

    /** A bundle that imports the framework's package and has no other need. */
    static TestJar bundle(String symbolicName, String version) {
        return new TestJar()
                .header("Manifest-Version", "1.0")
                .header("Bundle-ManifestVersion", "2")
                .header("Bundle-SymbolicName", symbolicName)
                .header("Bundle-Version", version);
    }

    /** A bundle that provides a plugin. */
    static TestJar plugin(String name, String version) {
        return bundle("org.example." + name, version)
                .header("Provide-Capability", "org.qpsmtpd.plugin;name=" + name);
    }

    /** A jar that is no bundle. */
    static TestJar plain() {
        return new TestJar().header("Manifest-Version", "1.0");
    }

    TestJar header(String name, String value) {
        manifest.getMainAttributes().put(new Attributes.Name(name), value);
        return this;
    }

    TestJar entry(String name, String text) {
        return entry(name, text.getBytes(StandardCharsets.UTF_8));
    }

    TestJar entry(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    TestJar activator(Class<? extends BundleActivator> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream in = TestJar.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException(name);
            }
            entries.put(name, in.readAllBytes());
        }
        return header("Bundle-Activator", type.getName())
                .header("Import-Package", "org.osgi.framework");
    }

    /** Writes the jar beside and moves it to its place; it looks as if it were old. */
    Path write(Path path) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try (OutputStream file = Files.newOutputStream(part);
                ZipOutputStream jar = new ZipOutputStream(file)) {
            jar.putNextEntry(entryOf(JarFile.MANIFEST_NAME));
            manifest.write(jar);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(entryOf(entry.getKey()));
                jar.write(entry.getValue());
            }
        }
        return moveOld(part, path);
    }

    /**
     * The bytes of an archive as they come.
     *
     * @param namesAndTexts of its entries, in turn
     */
    static byte[] zip(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(entryOf(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    /** The same content is the same bytes at any time. */
    private static ZipEntry entryOf(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(LONG_AGO.toEpochMilli());
        return entry;
    }

    /** Puts any bytes in the place of a jar. */
    static Path write(Path path, byte[] content) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        Files.write(part, content);
        return moveOld(part, path);
    }

    private static Path moveOld(Path part, Path path) throws IOException {
        Files.setLastModifiedTime(part, FileTime.from(LONG_AGO));
        return Files.move(
                part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
