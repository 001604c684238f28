package org.qpsmtpd.itest.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.qpsmtpd.itest.SmtpDialogue;
import org.qpsmtpd.itest.plugin.VictimPlugins;

/**
 * The features in a Karaf as others have it, installed without network beside another application.
 */
@Timeout(240)
class KarafHostIT {
    private static final String REPOSITORY =
            "mvn:org.qpsmtpd/org.qpsmtpd.runtime.karaf/1.0.0/xml/features";
    private static final String NEIGHBOUR = "org.example.neighbour";

    private final Path folder;

    KarafHostIT(@TempDir Path folder) {
        this.folder = folder;
    }

    /** A Karaf with one application in its deploy folder, and what our features need in system/. */
    private KarafServer host() throws IOException {
        KarafServer karaf = KarafServer.plain(folder);
        PluginBundle neighbour =
                PluginBundle.of(NEIGHBOUR, VictimPlugins.Good.class)
                        .withHeader("Import-Package", "");
        neighbour
                .without(".xml")
                .withHeader("Service-Component", "")
                .withHeader("Provide-Capability", "")
                .withHeader("Require-Capability", "")
                .writeTo(karaf.home().resolve("deploy/neighbour.jar"));
        copyRepository(KarafServer.built(".kar"), karaf.home().resolve("system"));
        return karaf;
    }

    private static void copyRepository(Path archive, Path system) throws IOException {
        try (FileSystem kar = FileSystems.newFileSystem(archive);
                Stream<Path> files = Files.walk(kar.getPath("/repository"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target =
                        system.resolve(kar.getPath("/repository").relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target);
            }
        }
    }

    @Test
    void servesBesideAnotherApplication() throws IOException {
        try (KarafServer karaf = host()) {
            karaf.launch();
            karaf.awaitConsole();
            karaf.client("feature:repo-add " + REPOSITORY + "; feature:install qpsmtpd");

            Path config = Files.createDirectory(karaf.etc("qpsmtpd"));
            Files.writeString(config.resolve("me"), "mx.example.org\n");
            Files.writeString(config.resolve("rcpthosts"), "example.com\n");
            Path mail = folder.resolve("mail");
            Files.write(
                    config.resolve("plugins"),
                    List.of(
                            Swaks.tlsLine(folder.resolve("keys")),
                            "rcpt_ok",
                            "queue/maildir " + mail));
            karaf.write("org.qpsmtpd.cfg", "interface = 127.0.0.1", "port = " + karaf.port());
            karaf.awaitGreeting(karaf.port());
            Swaks.deliverBothWays(karaf.port());
            rebuilt(karaf);

            String bundles = karaf.client("qpsmtpd:status; bundle:list -t 0");
            assertThat(bundles).contains("accepts on");
            assertThat(bundles.lines().filter(row -> row.contains(NEIGHBOUR)))
                    .singleElement()
                    .asString()
                    .contains("Active");
            try (Stream<Path> files = Files.list(karaf.home().resolve("deploy"))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .doesNotContain("neighbour.jar.rejected");
            }
            String after = karaf.client("feature:uninstall qpsmtpd; bundle:list -t 0");
            assertThat(after).contains(NEIGHBOUR).doesNotContain("qpsmtpd core");
        }
    }

    /** Two contents of one version run beside each other although the host does not allow that. */
    private static void rebuilt(KarafServer karaf) {
        PluginBundle bundle = PluginBundle.of("org.example.victim", VictimPlugins.Good.class);
        DeployFolder deploy = new DeployFolder(karaf.home().resolve("deploy-qpsmtpd"));
        for (int build : List.of(1, 2)) {
            deploy.put("victim.jar", bundle.stamped(build).jar());
            String answer = "good " + PluginBundle.stamp(build) + " none";
            Eventually.holds(answer, () -> verify(karaf).contains(answer));
            assertThat(deploy.note("victim.jar")).doesNotExist();
        }
    }

    private static String verify(KarafServer karaf) {
        try (SmtpDialogue session = karaf.connect()) {
            session.hello();
            return session.command("VRFY amy").text();
        }
    }
}
