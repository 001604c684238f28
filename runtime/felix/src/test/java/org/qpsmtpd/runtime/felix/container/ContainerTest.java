package org.qpsmtpd.runtime.felix.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.qpsmtpd.runtime.felix.home.Bundles;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.options.ListenAddress;
import org.qpsmtpd.runtime.felix.report.StartFailure;
import org.qpsmtpd.runtime.felix.socket.BoundSocket;

/** The launcher's end of the contract, against a core of a few lines in a real framework. */
final class ContainerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Path events;
    private final Home home;
    private final Container container;

    ContainerTest(@TempDir Path folder) throws Exception {
        events = Files.createFile(folder.resolve("events"));
        home = new Home(folder, folder.resolve("config"), folder.resolve("deploy"));
        Files.createDirectories(home.bundles());
        Files.createDirectories(home.plugins());
        container =
                Container.create(
                        Map.of(
                                Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString(),
                                FakeCore.EVENTS, events.toString()),
                        new ClassPathConnector(Set.of()));
    }

    @BeforeEach
    void offerASocket() throws StartFailure {
        BoundSocket.bind(List.of(new ListenAddress("127.0.0.1", 0)), List.of(0))
                .forEach(container::offer);
    }

    @AfterEach
    void stop() throws InterruptedException {
        container.stop();
        assertThat(container.awaitStop(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void handsOverTheSocketsAndWaitsForTheCore() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", FakeCore.class, "");
        container.start(home, Bundles.all(), () -> false);
        assertThat(container.awaitListening(LONG)).isTrue();
        assertThat(events()).singleElement().asString().startsWith("listening 127.0.0.1:");
    }

    @Test
    void reloadsThroughTheCore() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", FakeCore.class, "");
        container.start(home, Bundles.all(), () -> false);
        container.reload();
        assertThat(events()).last().isEqualTo("reload");
    }

    @Test
    void closesTheServerOnceBeforeItsBundleStops() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", FakeCore.class, "");
        container.start(home, Bundles.all(), () -> false);
        container.stop();
        container.stop();
        assertThat(container.awaitStop(Duration.ofMinutes(1))).isTrue();
        assertThat(container.isStopping()).isTrue();
        assertThat(events().subList(1, 3)).containsExactly("close", "stop");
        assertThat(events()).hasSize(3);
    }

    @Test
    void givesUpWaitingForACoreThatIsNotReady() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", null, "");
        container.start(home, Bundles.all(), () -> false);
        assertThat(container.awaitListening(Duration.ofMillis(1))).isFalse();
        assertThat(container.isStopping()).isFalse();
    }

    @Test
    void namesThePackageThatALibraryLacks() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", null, "org.example.absent;version=\"[1,2)\"");
        assertThatThrownBy(() -> container.start(home, Bundles.all(), () -> false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("needs the package org.example.absent");
    }

    @Test
    void startsTheCoreThoughAPluginDoesNotStart() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", FakeCore.class, "");
        Path plugin = home.plugins().resolve("broken-1.jar");
        write(plugin, null, "org.example.absent");
        Files.writeString(home.plugins().resolve("cut.jar"), "no jar at all");
        container.start(home, Bundles.all(), () -> false);
        assertThat(container.awaitListening(LONG)).isTrue();
    }

    @Test
    void saysThatTheCoreIsMissing() {
        assertThatThrownBy(() -> container.start(home, Bundles.all(), () -> false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("holds no org.qpsmtpd.core-");
    }

    @Test
    void startsTheConsoleAlways() throws Exception {
        install("org.qpsmtpd.core-1.0.0.jar", FakeCore.class, "");
        install("org.apache.felix.gogo.runtime-1.jar", null, "org.example.absent");
        assertThatThrownBy(() -> container.start(home, Bundles.all(), () -> false))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("org.apache.felix.gogo.runtime");
    }

    private List<String> events() throws IOException {
        return Files.readAllLines(events);
    }

    private void install(String name, @Nullable Class<?> activator, String imports)
            throws IOException {
        write(home.bundles().resolve(name), activator, imports);
    }

    private static void write(Path jar, @Nullable Class<?> activator, String imports)
            throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        String name = jar.getFileName().toString();
        attributes.putValue(
                Constants.BUNDLE_SYMBOLICNAME, name.substring(0, name.lastIndexOf('-')));
        String framework = "org.osgi.framework";
        attributes.putValue(
                Constants.IMPORT_PACKAGE,
                imports.isEmpty() ? framework : framework + "," + imports);
        if (activator != null) {
            attributes.putValue(Constants.BUNDLE_ACTIVATOR, activator.getName());
        }
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            if (activator != null) {
                String entry = activator.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(entry));
                try (InputStream in =
                        Objects.requireNonNull(
                                activator.getClassLoader().getResourceAsStream(entry))) {
                    in.transferTo(out);
                }
            }
        }
    }
}
