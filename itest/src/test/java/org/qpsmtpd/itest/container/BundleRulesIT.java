package org.qpsmtpd.itest.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house rules, read from each built plugin jar and its folder. */
class BundleRulesIT {
    private static final Path SOURCES = Path.of("..", "plugins");
    private static final List<String> HEADINGS =
            List.of(
                    "Hooks",
                    "Settings",
                    "Replies",
                    "Example",
                    "Differences from qpsmtpd",
                    "Sources");
    private static final Pattern NAME = Pattern.compile("(?:^|;)name=\"?([^\";,]+)");
    private static final Pattern PLUGIN =
            Pattern.compile("org\\.qpsmtpd\\.plugin((?:;[^;,=]+=(?:\"[^\"]*\"|[^;,\"]*))+)");

    static Stream<PluginArchive> jars() {
        return Distribution.plugins().stream().map(PluginArchive::read);
    }

    /** The folder of each plugin's sources: where a pom is and no further folders with poms. */
    static Stream<Path> folders() throws IOException {
        List<Path> folders = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(SOURCES, 3)) {
            paths.filter(path -> path.getFileName().toString().equals("pom.xml"))
                    .map(path -> path.resolveSibling(""))
                    .map(Path::normalize)
                    .filter(path -> !path.equals(SOURCES.normalize()))
                    .forEach(folders::add);
        }
        return folders.stream().sorted();
    }

    private static String name(Path folder) {
        return SOURCES.normalize().relativize(folder).toString();
    }

    private static String symbolicName(String plugin) {
        return "org.qpsmtpd.plugin." + plugin.replace('/', '.').replaceAll("[_-]", "");
    }

    @ParameterizedTest
    @MethodSource("jars")
    void exportsNothing(PluginArchive jar) {
        assertThat(jar.header("Export-Package")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("jars")
    void hasNoActivatorAndRequiresNoBundle(PluginArchive jar) {
        for (String header :
                List.of(
                        "Bundle-Activator",
                        "Require-Bundle",
                        "DynamicImport-Package",
                        "Fragment-Host")) {
            assertThat(jar.header(header)).as(header).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("jars")
    void everyImportFromOutsideTheJdkHasARange(PluginArchive jar) {
        assertThat(jar.clauses("Import-Package"))
                .filteredOn(clause -> !isOfTheJdk(clause))
                .isNotEmpty()
                .allSatisfy(
                        clause ->
                                assertThat(clause)
                                        .containsPattern("version=\"[\\[(][^,]+,[^,]+[\\])]\""));
    }

    private static boolean isOfTheJdk(String clause) {
        String name = clause.split(";", 2)[0];
        return ModuleLayer.boot().modules().stream()
                .filter(module -> module.getName().startsWith("java."))
                .anyMatch(module -> module.getPackages().contains(name));
    }

    @ParameterizedTest
    @MethodSource("jars")
    void everyClassIsInThePackageOfTheBundlesName(PluginArchive jar) {
        String folder = jar.header("Bundle-SymbolicName").replace('.', '/') + "/";
        assertThat(jar.classes())
                .filteredOn(name -> name.startsWith("org/qpsmtpd/"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name).startsWith(folder));
    }

    @ParameterizedTest
    @MethodSource("jars")
    void theCapabilityTheComponentAndTheBundleAgreeOnTheName(PluginArchive jar) {
        Matcher capability = PLUGIN.matcher(jar.header("Provide-Capability"));
        assertThat(capability.find()).as(jar.header("Provide-Capability")).isTrue();
        Matcher name = NAME.matcher(capability.group(1));
        assertThat(name.find()).as(capability.group(1)).isTrue();
        String plugin = name.group(1);
        String pid = plugin.toLowerCase(Locale.ROOT).replace('/', '.').replace('-', '_');
        assertThat(jar.component("configuration-pid")).isEqualTo(pid);
        assertThat(jar.component("configuration-policy")).isEqualTo("require");
        assertThat(jar.header("Bundle-Name")).isEqualTo(plugin);
        assertThat(jar.header("Bundle-SymbolicName")).isEqualTo(symbolicName(plugin));
        assertThat(jar.file()).hasFileName(symbolicName(plugin) + "-1.0.0.jar");
        assertThat(jar.factoryPids()).isSubsetOf(pid);
    }

    @ParameterizedTest
    @MethodSource("jars")
    void itsFolderIsBuiltIntoTheDistribution(PluginArchive jar) throws IOException {
        assertThat(folders().map(BundleRulesIT::name).map(BundleRulesIT::symbolicName))
                .contains(jar.header("Bundle-SymbolicName"));
    }

    @Test
    void eachFolderHasAJar() throws IOException {
        Set<String> built = new TreeSet<>();
        jars().forEach(jar -> built.add(jar.header("Bundle-SymbolicName")));
        assertThat(folders().map(BundleRulesIT::name).map(BundleRulesIT::symbolicName))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(built).contains(name));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void thePomIsShort(Path folder) throws IOException {
        assertThat(Files.readAllLines(folder.resolve("pom.xml"))).hasSizeLessThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theReadmeHasTheHeadingsInOrder(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("README.md"));
        assertThat(lines.get(0)).isEqualTo("# " + name(folder));
        List<String> headings =
                lines.stream()
                        .filter(line -> line.startsWith("## "))
                        .map(line -> line.substring(3))
                        .toList();
        assertThat(headings).containsSubsequence(HEADINGS);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theReadmeListsTheSettingsThatTheJarTakes(Path folder) throws IOException {
        PluginArchive jar =
                jars().filter(
                                built ->
                                        built.header("Bundle-SymbolicName")
                                                .equals(symbolicName(name(folder))))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no jar for " + folder));
        assertThat(listedSettings(folder)).isEqualTo(new TreeSet<>(jar.settings()));
    }

    /** The names in the first column of the tables under Settings. */
    private static Set<String> listedSettings(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        boolean inSettings = false;
        for (String line : Files.readAllLines(folder.resolve("README.md"))) {
            if (line.startsWith("#")) {
                inSettings = line.equals("## Settings");
            }
            if (inSettings && line.startsWith("| `")) {
                names.add(line.substring(3, line.indexOf('`', 3)));
            }
        }
        return names;
    }

    @Test
    void noTwoPluginsHaveOneName() {
        Set<String> seen = new HashSet<>();
        assertThat(jars().map(jar -> jar.component("configuration-pid")))
                .allSatisfy(pid -> assertThat(seen.add(pid)).as(pid).isTrue());
    }

    @Test
    void nothingElseIsInThePluginsFolder() throws IOException {
        try (Stream<Path> files = Files.list(Distribution.plugins().get(0).resolveSibling(""))) {
            assertThat(files).hasSameSizeAs(Distribution.plugins());
        }
    }
}
