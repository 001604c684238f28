package org.qpsmtpd.runtime.sbom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    private static final Map<String, String> GROUPS = Map.of("jna", "net.java.dev.jna");

    private final Path folder;

    MainTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Writes a jar with a {@code pom.properties} for each GROUP:ARTIFACT:VERSION. */
    private Path jar(String path, String header, String... poms) throws IOException {
        Path jar = folder.resolve(path);
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!header.isEmpty()) {
            manifest.getMainAttributes().putValue("Embedded-Artifacts", header);
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.putNextEntry(new JarEntry("a/A.class"));
            for (String pom : poms) {
                String[] parts = pom.split(":", -1);
                entries.putNextEntry(
                        new JarEntry(
                                "META-INF/maven/" + parts[0] + "/" + parts[1] + "/pom.properties"));
                String text = "groupId=%s\nartifactId=%s\nversion=%s\n";
                entries.write(text.formatted((Object[]) parts).getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private String only() throws IOException {
        var components = Main.components(folder, GROUPS);
        assertThat(components).hasSize(1);
        return components.get(0).coordinates().purl();
    }

    @Test
    void knowsAJarByWhatItSays() throws IOException {
        jar("lib/one-1.2.jar", "", "g:shaded:3", "org.x:one:1.2");

        assertThat(only()).isEqualTo("pkg:maven/org.x/one@1.2");
        assertThat(Main.components(folder, GROUPS).get(0).inside())
                .containsExactly(new Coordinates("g", "shaded", "3"));
    }

    @Test
    void knowsAJarByItsNameWhenItsGroupIsTold() throws IOException {
        jar("lib/jna-5.19.1.jar", "");

        assertThat(only()).isEqualTo("pkg:maven/net.java.dev.jna/jna@5.19.1");
    }

    @Test
    void knowsAJarByItsPlaceInARepository() throws IOException {
        jar("system/org/x/y/one/1.0/one-1.0-linux.jar", "", "g:shaded:3");

        assertThat(only()).isEqualTo("pkg:maven/org.x.y/one@1.0");
    }

    @Test
    void knowsWhatABundleEmbeds() throws IOException {
        jar("lib/core-1.jar", "com.google.re2j:re2j:1.8", "org.q:core:1");

        assertThat(Main.components(folder, GROUPS).get(0).inside())
                .containsExactly(new Coordinates("com.google.re2j", "re2j", "1.8"));
    }

    @Test
    void refusesToLeaveAJarOut() throws IOException {
        jar("lib/unknown-1.jar", "");

        assertThatThrownBy(() -> Main.components(folder, GROUPS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown-1.jar does not say what it is");
    }

    @Test
    void passesOverWhatAnAdministratorHasPutThere() throws IOException {
        jar("deploy/unknown-1.jar", "");

        assertThat(Main.components(folder, GROUPS)).isEmpty();
    }

    @Test
    void writesTheSameOctetsForTheSameJars() throws IOException {
        Path jar = jar("lib/one-1.2.jar", "", "g:shaded:3", "org.x:one:1.2");
        String[] arguments = {
            folder.resolve("a.json").toString(), "p", "1", "2026-01-01T00:00:00Z", folder.toString()
        };

        Main.main(arguments);
        String first = Files.readString(folder.resolve("a.json"));
        Main.main(arguments);

        assertThat(folder.resolve("a.json")).hasContent(first);
        assertThat(first)
                .contains("\"bomFormat\": \"CycloneDX\"", "\"purl\": \"pkg:maven/org.x/one@1.2\"")
                .contains("\"purl\": \"pkg:maven/g/shaded@3\"")
                .containsPattern("\"alg\": \"SHA-256\", \"content\": \"[0-9a-f]{64}\"");
        Files.write(jar, new byte[] {0}, StandardOpenOption.APPEND);
        Main.main(arguments);
        assertThat(Files.readString(folder.resolve("a.json"))).isNotEqualTo(first);
    }
}
