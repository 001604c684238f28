package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shape of the house, read from its sources. */
class SourceRulesIT {
    private static final int MOST_LINES = 400;

    private static Map<Path, List<SourceFile>> modules(String folder) {
        return SourceFile.below(folder).stream()
                .collect(
                        Collectors.groupingBy(
                                SourceFile::module, TreeMap::new, Collectors.toList()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundles", "plugins", "runtime"})
    void noPackageLeadsBackToItself(String folder) {
        modules(folder)
                .forEach(
                        (module, files) -> {
                            Map<String, Set<String>> rooms = new TreeMap<>();
                            for (SourceFile file : files) {
                                Set<String> uses =
                                        rooms.computeIfAbsent(file.room(), room -> new TreeSet<>());
                                file.imports().stream()
                                        .map(name -> name.substring(0, name.lastIndexOf('.')))
                                        .filter(room -> !room.equals(file.room()))
                                        .forEach(uses::add);
                            }
                            assertThat(Circles.in(rooms)).as("%s", module).isEmpty();
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundles", "plugins", "runtime"})
    void noClassLeadsBackToItself(String folder) {
        modules(folder)
                .forEach(
                        (module, files) -> {
                            Set<String> known =
                                    files.stream()
                                            .map(SourceFile::name)
                                            .collect(Collectors.toSet());
                            Map<String, Set<String>> classes = new TreeMap<>();
                            files.forEach(file -> classes.put(file.name(), file.uses(known)));
                            assertThat(Circles.in(classes)).as("%s", module).isEmpty();
                        });
    }

    @Test
    void noFileOfABundleIsLong() {
        assertThat(SourceFile.below("bundles"))
                .filteredOn(file -> file.lines().size() > MOST_LINES)
                .extracting(SourceFile::name)
                .isEmpty();
    }

    @Test
    void mostFilesOfBundlesAreShort() {
        List<SourceFile> files = SourceFile.below("bundles");
        long small = files.stream().filter(file -> file.lines().size() < 120).count();
        assertThat(small).isGreaterThan(files.size() / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bundles", "plugins", "runtime"})
    void noLineMarksAClassWithoutAName(String folder) {
        assertThat(SourceFile.below(folder))
                .filteredOn(
                        file -> file.lines().stream().anyMatch(line -> line.matches(" *// ---.*")))
                .extracting(SourceFile::name)
                .isEmpty();
    }
}
