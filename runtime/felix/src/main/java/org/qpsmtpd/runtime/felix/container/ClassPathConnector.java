package org.qpsmtpd.runtime.felix.container;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Lets bundles of the distribution take their classes from the launcher's class path: the JVM has
 * these in its archive of classes, while it reads, checks and links those of a bundle's own class
 * loader anew at each start. To everybody else such a bundle is one like any other.
 *
 * <p>Source: OSGi Core 8, chapter 60 (Connect).
 */
public final class ClassPathConnector implements ModuleConnector {
    /** How the location of a bundle begins that is one of ours. */
    private static final String LOCATION = "classpath:";

    private final Set<Path> jars;

    /**
     * @param jars the jars on the class path whose bundles take their classes from there
     */
    public ClassPathConnector(Set<Path> jars) {
        this.jars = Set.copyOf(jars);
    }

    /** The jars of the JVM's class path: those named, and those that their manifests name. */
    public static Set<Path> classPath() {
        Set<Path> all = new HashSet<>();
        String named = System.getProperty("java.class.path", "");
        for (String name : named.split(File.pathSeparator, -1)) {
            if (name.endsWith(".jar")) {
                Path jar = Path.of(name).toAbsolutePath().normalize();
                all.add(jar);
                all.addAll(namedBy(jar));
            }
        }
        return all;
    }

    private static Set<Path> namedBy(Path jar) {
        Set<Path> named = new HashSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            @Nullable Manifest manifest = file.getManifest();
            @Nullable String names =
                    manifest == null
                            ? null
                            : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (names != null) {
                Arrays.stream(names.split(" ", -1))
                        .filter(name -> !name.isEmpty())
                        .forEach(name -> named.add(jar.resolveSibling(name).normalize()));
            }
        } catch (IOException e) {
            return Set.of(); // the JVM passes over it, too
        }
        return named;
    }

    /** The location under which a jar is installed; in any case it is used where it lies. */
    String location(Path jar) {
        return (jars.contains(jar.normalize()) ? LOCATION : "reference:") + jar.toUri();
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {
        // nothing is kept
    }

    @Override
    public Optional<ConnectModule> connect(String location) {
        if (!location.startsWith(LOCATION)) {
            return Optional.empty();
        }
        Path jar = Path.of(URI.create(location.substring(LOCATION.length()))).normalize();
        return Optional.of(() -> new JarContent(jar));
    }

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }
}
