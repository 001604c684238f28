package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.ServerUnderTest;

/**
 * A plugin that comes is its folder and one line, the module in {@code plugins/pom.xml}: what the
 * build makes of the plugins finds it, and so does a server.
 */
class NewPluginIT {
    private static final String MODULE = "    <module>%s</module>\n";
    private static final String ROW =
            "| [newcomer](newcomer/README.md) | Refuses messages that have passed too many"
                    + " servers. |\n";

    private final Path folder;

    NewPluginIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** What the build of plugins and of Karaf's features reads, without what was built. */
    private Path checkout() {
        Path checkout = folder.resolve("checkout");
        Shell.run(
                "sh",
                "-c",
                "mkdir \"$1\" && cd .. && tar -cf - --exclude=target bnd plugins runtime/pom.xml"
                        + " runtime/karaf bundles/core/src/main/resources | tar -xf - -C \"$1\"",
                "sh",
                checkout.toString());
        return checkout;
    }

    /** The files of the plugin loop under another name. */
    private static void addPlugin(Path plugins) throws IOException {
        Path added = plugins.resolve("newcomer");
        Shell.run("cp", "-r", plugins.resolve("loop").toString(), added.toString());
        try (Stream<Path> paths = Files.walk(added)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                String text =
                        Files.readString(file)
                                .replace("org.qpsmtpd.plugin.loop", "org.qpsmtpd.plugin.newcomer")
                                .replace("<name>loop<", "<name>newcomer<")
                                .replace("\"loop\"", "\"newcomer\"")
                                .replace(", formerly = \"check_loop\"", "")
                                .replace("# loop", "# newcomer");
                Files.writeString(file, text);
            }
        }
        for (String sources : List.of("src/main/java", "src/test/java")) {
            Path packages = added.resolve(sources).resolve("org/qpsmtpd/plugin");
            Files.move(packages.resolve("loop"), packages.resolve("newcomer"));
        }
        Path pom = plugins.resolve("pom.xml");
        String before = MODULE.formatted("noop_counter");
        Files.writeString(
                pom, Files.readString(pom).replace(before, MODULE.formatted("newcomer") + before));
    }

    private static void build(Path module, String goal) {
        Shell.maven(module, goal, "-Dmaven.test.skip=true");
    }

    @Test
    void isFoundByWhateverListsPlugins() throws IOException {
        Path checkout = checkout();
        Path plugins = checkout.resolve("plugins");
        addPlugin(plugins);
        build(plugins.resolve("newcomer"), "package");

        inTheTable(plugins);
        inTheFeatures(checkout.resolve("runtime/karaf"));
        inCheckConfig(plugins.resolve("newcomer/target/org.qpsmtpd.plugin.newcomer-1.0.0.jar"));
        onlyOneLineWasWritten(checkout);
    }

    private static void inTheTable(Path plugins) throws IOException {
        Path readme = plugins.resolve("README.md");
        String before = Files.readString(readme);
        Shell.run(plugins.resolve("table").toString());

        assertThat(Files.readString(readme))
                .isEqualTo(before.replace("| [noop_counter]", ROW + "| [noop_counter]"));
    }

    private static void inTheFeatures(Path karaf) throws IOException {
        build(karaf, "antrun:run@plugins");

        assertThat(karaf.resolve("target/features.xml"))
                .content()
                .contains(
                        "<feature>qpsmtpd-plugin-newcomer</feature>",
                        "<feature name=\"qpsmtpd-plugin-newcomer\"",
                        "<bundle>mvn:org.qpsmtpd/org.qpsmtpd.plugin.newcomer/1.0.0</bundle>");
    }

    private void inCheckConfig(Path jar) throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("rcpthosts"), "example.com\n");
        Path lines = config.resolve("plugins");
        try (ServerUnderTest server =
                ServerUnderTest.builder()
                        .plugins("rcpt_ok", "queue/discard")
                        .deployed("newcomer.jar", Files.readAllBytes(jar))
                        .start()) {
            Files.writeString(lines, "rcpt_ok\nnewcomer max_hops 7\nqueue/discard\n");
            assertThat(Console.ask(server, "check-config", config.toString()))
                    .startsWith("No problem");
            Files.writeString(lines, "rcpt_ok\nnewcomer max_hop 7\nqueue/discard\n");
            assertThat(Console.ask(server, "check-config", config.toString()))
                    .contains(lines + ":2: ", "newcomer", "max_hops");
        }
    }

    /** The rest of the tree is as it was, but for what was made of it. */
    private static void onlyOneLineWasWritten(Path checkout) throws IOException {
        String differences =
                Shell.run(
                        "sh",
                        "-c",
                        "cd .. && for part in bnd plugins runtime/karaf; do"
                                + " diff -r --exclude=target --exclude=newcomer"
                                + " --exclude=README.md \"$part\" \"$1/$part\" | grep '^[<>O]';"
                                + " done; true",
                        "sh",
                        checkout.toString());
        assertThat(differences).isEqualTo("> " + MODULE.formatted("newcomer"));
    }
}
