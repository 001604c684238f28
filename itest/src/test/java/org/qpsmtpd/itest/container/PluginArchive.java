package org.qpsmtpd.itest.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a built plugin jar says of itself.
 *
 * @param headers of its manifest
 * @param entries names of its files
 * @param components text of its component descriptions, by name
 * @param metatypes text of its metatype descriptions, by name
 */
record PluginArchive(
        Path file,
        Map<String, String> headers,
        List<String> entries,
        Map<String, String> components,
        Map<String, String> metatypes) {
    private static final Pattern CLAUSES = Pattern.compile("(?:[^,\"]|\"[^\"]*\")+");
    private static final Pattern ATTRIBUTE = Pattern.compile("<AD id=\"([^\"]+)\"");
    private static final Pattern PROPERTY = Pattern.compile("<property name=\"([^\"]+)\"");
    private static final Pattern FACTORY = Pattern.compile("factoryPid=\"([^\"]+)\"");

    static PluginArchive read(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Map<String, String> headers = new LinkedHashMap<>();
            Attributes main = jar.getManifest().getMainAttributes();
            main.forEach((key, value) -> headers.put(key.toString(), value.toString()));
            List<String> entries = jar.stream().map(JarEntry::getName).toList();
            Map<String, String> components = new LinkedHashMap<>();
            for (String name : list(headers.getOrDefault("Service-Component", ""))) {
                components.put(name, text(jar, name));
            }
            Map<String, String> metatypes = new LinkedHashMap<>();
            for (String name : entries) {
                if (name.startsWith("OSGI-INF/metatype/") && name.endsWith(".xml")) {
                    metatypes.put(name, text(jar, name));
                }
            }
            return new PluginArchive(file, headers, entries, components, metatypes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> list(String header) {
        List<String> clauses = new ArrayList<>();
        Matcher matcher = CLAUSES.matcher(header);
        while (matcher.find()) {
            clauses.add(matcher.group().strip());
        }
        return clauses;
    }

    /** A header of the manifest; empty when it is not there. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The clauses of a header. */
    List<String> clauses(String name) {
        return list(header(name));
    }

    /** The class files. */
    List<String> classes() {
        return entries.stream().filter(name -> name.endsWith(".class")).toList();
    }

    /** An attribute of the component that the plugin is. */
    String component(String attribute) {
        Pattern pattern = Pattern.compile(attribute + "=\"([^\"]+)\"");
        Set<String> values = new TreeSet<>();
        components.values().stream()
                .filter(text -> text.contains("name=\"plugin.name\""))
                .forEach(text -> values.addAll(all(pattern, text)));
        return String.join(" ", values);
    }

    /** The pids that its metatype descriptions are for. */
    Set<String> factoryPids() {
        Set<String> pids = new TreeSet<>();
        metatypes.values().forEach(text -> pids.addAll(all(FACTORY, text)));
        return pids;
    }

    /** What a line of config/plugins may set: metatype attributes and shared settings. */
    Set<String> settings() {
        Set<String> settings = new TreeSet<>();
        metatypes.values().forEach(text -> settings.addAll(all(ATTRIBUTE, text)));
        components.values().stream()
                .filter(text -> text.contains("name=\"plugin.name\""))
                .forEach(text -> settings.addAll(all(PROPERTY, text)));
        settings.removeIf(name -> name.startsWith("plugin.") || name.startsWith("service."));
        return settings;
    }

    private static Set<String> all(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    @Override
    public String toString() {
        return String.valueOf(file.getFileName());
    }
}
