package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.qpsmtpd.itest.ServerUnderTest;

/** A plugin that comes is in each list of plugins, as it says itself what it is. */
class PluginListsIT {
    private static final Path ABSENT =
            Path.of(
                    "../bundles/core/src/main/resources",
                    "org/qpsmtpd/core/generation/absent-plugins");
    private static final Path PLUGINS = Path.of("../plugins");
    private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");
    private static final Pattern NAME =
            Pattern.compile(
                    "org\\.qpsmtpd\\.plugin(?:;[^;,=]+=(?:\"[^\"]*\"|[^;,\"]*))*?;name=\"?([^\",;]+)");

    private static final Pattern ROW = Pattern.compile("^\\| \\[.*\\|$", Pattern.MULTILINE);

    /** What a bundle of the distribution says. */
    private record Declared(String plugin, String bundle, String description) {
        String row() {
            return "| [" + plugin + "](" + plugin + "/README.md) | " + description + " |";
        }
    }

    private static List<Declared> declared() throws IOException {
        List<Declared> declared = new ArrayList<>();
        try (var jars =
                Files.newDirectoryStream(ServerUnderTest.home().resolve("plugins"), "*.jar")) {
            for (Path jar : jars) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    Attributes said = file.getManifest().getMainAttributes();
                    Matcher name = NAME.matcher(said.getValue("Provide-Capability"));
                    while (name.find()) {
                        String bundle = said.getValue("Bundle-SymbolicName");
                        String description = said.getValue("Bundle-Description");
                        declared.add(new Declared(name.group(1), bundle, description));
                    }
                }
            }
        }
        declared.sort(Comparator.comparing(Declared::plugin));
        return declared;
    }

    @Test
    void theDistributionHasThePluginOfEachModule() throws IOException {
        List<String> modules =
                MODULE.matcher(Files.readString(PLUGINS.resolve("pom.xml")))
                        .results()
                        .map(found -> found.group(1))
                        .toList();

        assertThat(declared())
                .as("the folder of a plugin has the plugin's name")
                .extracting(Declared::plugin)
                .containsExactlyInAnyOrderElementsOf(modules);
    }

    @Test
    void theTableOfPluginsIsWhatTheySayThemselves() throws IOException {
        List<String> wanted = declared().stream().map(Declared::row).toList();
        List<String> rows =
                ROW.matcher(Files.readString(PLUGINS.resolve("README.md")))
                        .results()
                        .map(MatchResult::group)
                        .toList();

        assertThat(rows).as("plugins/table writes them").isEqualTo(wanted);
    }

    @Test
    void theTableOfThoseThatAreNotHereIsWhatTheServerSaysOfThem() throws IOException {
        List<String> wanted =
                Files.readAllLines(ABSENT).stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(PluginListsIT::absentRow)
                        .sorted()
                        .toList();

        assertThat(Files.readAllLines(PLUGINS.resolve("README.md")))
                .as("plugins/table writes them")
                .containsSubsequence("| qpsmtpd's plugin | here |", "| --- | --- |")
                .containsSequence(wanted);
    }

    private static String absentRow(String line) {
        String plugin = line.split(" ", 2)[0];
        return "| " + plugin + " | left out: " + line.split(" : ", 2)[1] + " |";
    }

    @Test
    void aFeatureOfKarafHasEach() throws IOException {
        String features = Files.readString(Path.of("../runtime/karaf/target/feature/feature.xml"));

        for (Declared plugin : declared()) {
            String name = "qpsmtpd-plugin-" + plugin.plugin().replace('/', '-');
            assertThat(features)
                    .as("made of what is built: build the plugins, then runtime/karaf")
                    .contains("<feature>" + name + "</feature>", "<feature name=\"" + name + "\"")
                    .contains("<bundle>mvn:org.qpsmtpd/" + plugin.bundle() + "/");
        }
    }
}
