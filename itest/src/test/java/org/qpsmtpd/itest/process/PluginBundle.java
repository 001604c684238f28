package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.EmbeddedResource;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Resource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.qpsmtpd.api.hook.HookPoint;

/**
 * A plugin bundle out of classes of the tests. bnd makes its manifest and its descriptions from the
 * annotations, as in the build of a plugin author; further versions of it are made by replacing the
 * version in the manifest and the stamp in the class files. Immutable.
 *
 * @param symbolicName the bundle's
 * @param version the bundle's, three numbers
 * @param headers of the manifest that differ from what bnd wrote; an empty value removes the header
 * @param files what the jar holds besides the manifest, by path
 */
record PluginBundle(
        String symbolicName,
        String version,
        Map<String, String> headers,
        Map<String, byte[]> files) {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String STAMP = "v%07d";
    private static final byte[] PLACE = STAMP.formatted(0).getBytes(StandardCharsets.US_ASCII);

    /** Copies the maps; the contents of the files are not to be changed. */
    PluginBundle {
        headers = Map.copyOf(headers);
        files = Map.copyOf(files);
    }

    /**
     * Makes a bundle.
     *
     * @param plugin its component, maybe nested in a class with more of them
     * @param more further classes of it
     */
    static PluginBundle of(String symbolicName, Class<?> plugin, Class<?>... more) {
        Class<?> host = plugin.getNestHost();
        Set<Class<?>> classes = new LinkedHashSet<>(List.of(plugin, host));
        for (Class<?> nested : host.getDeclaredClasses()) {
            if (nested.isAnnotation()) {
                classes.add(nested);
            }
        }
        classes.addAll(List.of(more));
        classes.add(sibling(plugin, "Witness"));
        return of(symbolicName, classes);
    }

    /** Reads a jar that was built elsewhere. */
    static PluginBundle of(String symbolicName, Path file) {
        try (Jar jar = new Jar(file.toFile())) {
            return read(symbolicName, jar);
        } catch (Exception e) { // bnd declares no narrower one
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static Class<?> sibling(Class<?> type, String name) {
        try {
            return Class.forName(type.getPackageName() + "." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static PluginBundle of(String symbolicName, Set<Class<?>> classes) {
        try (Builder builder = new Builder()) {
            Jar content = new Jar(symbolicName);
            for (Class<?> type : classes) {
                put(type, content);
            }
            builder.setJar(content);
            builder.addClasspath(jarOf(HookPoint.class));
            builder.setBundleSymbolicName(symbolicName);
            builder.setBundleVersion("1.0.0");
            builder.setProperty(Constants.NOEXTRAHEADERS, "true");
            builder.setProperty(
                    Constants.IMPORT_PACKAGE, "org.jspecify.annotations;resolution:=optional,*");
            builder.build();
            assertThat(builder.getErrors()).as("errors of bnd").isEmpty();
            return read(symbolicName, builder.getJar());
        } catch (Exception e) { // bnd declares no narrower one
            throw new IllegalStateException("cannot make the bundle " + symbolicName, e);
        }
    }

    /** Adds a class with those that are its own; further plugins in it are not. */
    private static void put(Class<?> type, Jar content) throws IOException {
        String path = type.getName().replace('.', '/') + ".class";
        content.putResource(path, new EmbeddedResource(bytes(type, path), 0L));
        for (Class<?> inner : type.getDeclaredClasses()) {
            if (Modifier.isPrivate(inner.getModifiers())) {
                put(inner, content);
            }
        }
    }

    private static File jarOf(Class<?> type) throws URISyntaxException {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static byte[] bytes(Class<?> type, String path) throws IOException {
        try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("no " + path + " on the class path");
            }
            return in.readAllBytes();
        }
    }

    private static PluginBundle read(String symbolicName, Jar jar) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Map.Entry<String, Resource> file : jar.getResources().entrySet()) {
            try (InputStream in = file.getValue().openInputStream()) {
                files.put(file.getKey(), in.readAllBytes());
            }
        }
        ByteArrayOutputStream manifest = new ByteArrayOutputStream();
        jar.getManifest().write(manifest);
        files.put(MANIFEST, manifest.toByteArray());
        return new PluginBundle(symbolicName, "1.0.0", Map.of(), files);
    }

    /** The stamp that plugins tell for their version. */
    static String stamp(int number) {
        return String.format(Locale.ROOT, STAMP, number);
    }

    /** The same with another version and another stamp. */
    PluginBundle numbered(int number) {
        return withVersion("1.0." + number).stamped(number);
    }

    /** The same with another version. */
    PluginBundle withVersion(String newVersion) {
        return new PluginBundle(symbolicName, newVersion, headers, files);
    }

    /** The same with another stamp in its class files. */
    PluginBundle stamped(int number) {
        byte[] stamp = stamp(number).getBytes(StandardCharsets.US_ASCII);
        return withClasses(classFile -> replaced(classFile, stamp));
    }

    /** The same with other class files. */
    PluginBundle withClasses(UnaryOperator<byte[]> change) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.replaceAll(
                (path, octets) -> path.endsWith(".class") ? change.apply(octets) : octets);
        return new PluginBundle(symbolicName, version, headers, changed);
    }

    /** The same with a header in its manifest; empty to leave it out. */
    PluginBundle withHeader(String name, String value) {
        Map<String, String> changed = new TreeMap<>(headers);
        changed.put(name, value);
        return new PluginBundle(symbolicName, version, changed, files);
    }

    /** The same with one more file. */
    PluginBundle withFile(String path, byte[] octets) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(path, octets);
        return new PluginBundle(symbolicName, version, headers, changed);
    }

    /** The same without the files whose path ends so. */
    PluginBundle without(String end) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        assertThat(changed.keySet().removeIf(path -> path.endsWith(end))).as(end).isTrue();
        return new PluginBundle(symbolicName, version, headers, changed);
    }

    private static byte[] replaced(byte[] octets, byte[] stamp) {
        byte[] result = octets.clone();
        for (int at = 0; at + PLACE.length <= result.length; at++) {
            boolean found = true;
            for (int i = 0; i < PLACE.length && found; i++) {
                found = result[at + i] == PLACE[i];
            }
            if (found) {
                System.arraycopy(stamp, 0, result, at, stamp.length);
            }
        }
        return result;
    }

    /** The jar. */
    byte[] jar() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try (OutputStream out = octets;
                JarOutputStream jar = new JarOutputStream(out, manifest())) {
            for (Map.Entry<String, byte[]> file : new TreeMap<>(files).entrySet()) {
                if (!file.getKey().equals(MANIFEST)) {
                    jar.putNextEntry(new ZipEntry(file.getKey()));
                    jar.write(file.getValue());
                    jar.closeEntry();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return octets.toByteArray();
    }

    private Manifest manifest() throws IOException {
        Manifest manifest = new Manifest(new ByteArrayInputStream(files.get(MANIFEST)));
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        headers.forEach(
                (name, value) -> {
                    if (value.isEmpty()) {
                        manifest.getMainAttributes()
                                .keySet()
                                .removeIf(key -> key.toString().equals(name));
                    } else {
                        manifest.getMainAttributes().putValue(name, value);
                    }
                });
        return manifest;
    }

    /** Writes the jar to a file that is not looked at yet. */
    Path writeTo(Path file) {
        try {
            return Files.write(file, jar());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
