package org.qpsmtpd.runtime.sbom;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes the bill of materials of a folder; the build runs it. */
public final class Main {
    private static final int FIXED = 5;

    /** Folders that are filled where the server runs. */
    private static final List<String> NOT_OURS = List.of("deploy", "data", "var");

    private Main() {}

    /**
     * Writes the bill.
     *
     * @param arguments the file to write, the product, its version, the time of the bill, the
     *     folder; then the groups of jars that do not say it themselves, as ARTIFACT=GROUP
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < FIXED) {
            throw new IllegalArgumentException(
                    "needs FILE PRODUCT VERSION TIME FOLDER [ARTIFACT=GROUP ...]");
        }
        Map<String, String> groups = new HashMap<>();
        for (int i = FIXED; i < arguments.length; i++) {
            String[] group = arguments[i].split("=", 2);
            groups.put(group[0], group[1]);
        }
        Files.writeString(
                Path.of(arguments[0]),
                CycloneDx.write(
                        arguments[1],
                        arguments[2],
                        arguments[3],
                        components(Path.of(arguments[4]), groups)));
    }

    /** All jars with something in them, by their paths; a manifest alone starts the others. */
    static List<Component> components(Path folder, Map<String, String> groups) throws IOException {
        JarReader reader = new JarReader(folder, groups);
        List<Component> components = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar"))
                            .filter(file -> isOurs(folder.relativize(file)))
                            .filter(JarReader::hasContent)
                            .toList();
            for (Path jar : jars) {
                components.add(reader.read(jar));
            }
        }
        components.sort(Comparator.comparing(Component::path));
        return components;
    }

    private static boolean isOurs(Path file) {
        return !NOT_OURS.contains(file.getName(0).toString());
    }
}
