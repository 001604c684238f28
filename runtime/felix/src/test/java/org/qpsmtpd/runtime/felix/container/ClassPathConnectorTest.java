package org.qpsmtpd.runtime.felix.container;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** Bundles on the class path, in a real framework. */
final class ClassPathConnectorTest {
    private static final String ENTRY = FakeCore.class.getName().replace('.', '/') + ".class";

    private final Path folder;

    ClassPathConnectorTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void takesClassesFromTheClassPathAndTheRestFromTheJar() throws Exception {
        Path jar = bundle("connected.jar");
        try (Running running = new Running(new ClassPathConnector(Set.of(jar)))) {
            Bundle bundle = running.install(jar);
            assertThat(bundle.loadClass(FakeCore.class.getName())).isSameAs(FakeCore.class);
            assertThat(bundle.getSymbolicName()).isEqualTo("connected");
            assertThat(bundle.getLocation()).isEqualTo("classpath:" + jar.toUri());
            try (InputStream text = bundle.getEntry("OSGI-INF/text").openStream()) {
                assertThat(text.readAllBytes()).isEqualTo("of connected.jar".getBytes(US_ASCII));
            }
            assertThat(bundle.findEntries("OSGI-INF", "*", true).nextElement().getPath())
                    .isEqualTo("/OSGI-INF/text");
            assertThat(bundle.getEntry("OSGI-INF/absent")).isNull();
        }
    }

    @Test
    void leavesOthersTheirOwnClasses() throws Exception {
        Path jar = bundle("other.jar");
        try (Running running =
                new Running(new ClassPathConnector(Set.of(folder.resolve("connected.jar"))))) {
            Bundle bundle = running.install(jar);
            assertThat(bundle.loadClass(FakeCore.class.getName())).isNotSameAs(FakeCore.class);
            assertThat(bundle.getLocation()).isEqualTo("reference:" + jar.toUri());
        }
    }

    @Test
    void theClassPathIsWhatIsNamedAndWhatManifestsName() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(Attributes.Name.CLASS_PATH, "bundles/a.jar ../plugins/b.jar");
        Path lib = Files.createDirectory(folder.resolve("lib"));
        Path names = lib.resolve("names.jar");
        new JarOutputStream(Files.newOutputStream(names), manifest).close();
        String before = System.getProperty("java.class.path");
        try {
            System.setProperty("java.class.path", names + ":" + lib.resolve("absent.jar"));
            assertThat(ClassPathConnector.classPath())
                    .containsExactlyInAnyOrder(
                            names,
                            lib.resolve("absent.jar"),
                            lib.resolve("bundles/a.jar"),
                            folder.resolve("plugins/b.jar"));
        } finally {
            System.setProperty("java.class.path", before);
        }
    }

    private Path bundle(String name) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        attributes.putValue(Constants.BUNDLE_SYMBOLICNAME, name.replace(".jar", ""));
        attributes.putValue(Constants.IMPORT_PACKAGE, "org.osgi.framework");
        Path jar = folder.resolve(name);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                InputStream code =
                        Objects.requireNonNull(
                                FakeCore.class.getClassLoader().getResourceAsStream(ENTRY))) {
            out.putNextEntry(new JarEntry("OSGI-INF/text"));
            out.write(("of " + name).getBytes(US_ASCII));
            out.putNextEntry(new JarEntry(ENTRY));
            code.transferTo(out);
        }
        return jar;
    }

    private final class Running implements AutoCloseable {
        private final ClassPathConnector connector;
        private final Framework framework;

        Running(ClassPathConnector connector) throws Exception {
            this.connector = connector;
            Map<String, String> properties = new HashMap<>();
            properties.put(Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString());
            framework = new FrameworkFactory().newFramework(properties, connector);
            framework.start();
        }

        Bundle install(Path jar) throws Exception {
            return framework.getBundleContext().installBundle(connector.location(jar));
        }

        @Override
        public void close() throws BundleException {
            framework.stop();
            try {
                framework.waitForStop(0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
