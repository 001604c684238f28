package org.qpsmtpd.runtime.felix.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.qpsmtpd.runtime.felix.home.Bundles;
import org.qpsmtpd.runtime.felix.home.Home;
import org.qpsmtpd.runtime.felix.report.OneLine;
import org.qpsmtpd.runtime.felix.report.StartFailure;

/** Installs and starts the bundles of the distribution in a framework that runs. */
public final class Installation {
    private static final Logger LOG = Logger.getLogger(Installation.class.getName());

    /** Installed and started after all others, so that it is the first to be stopped. */
    private static final String CORE = "org.qpsmtpd.core-";

    /** Started after the plugins, and before the core. */
    private static final String DEPLOYMENT = "org.qpsmtpd.deploy-";

    private final BundleContext context;
    private final ClassPathConnector connector;

    Installation(BundleContext context, ClassPathConnector connector) {
        this.context = context;
        this.connector = connector;
    }

    /**
     * Installs and starts them: the libraries, the plugins, what watches the deploy folder, the
     * core last.
     *
     * @throws StartFailure with status 1 when a bundle other than a plugin fails; a plugin that
     *     fails is logged, and the core decides what its absence means
     * @param stopAsked whether the server is to stop, so that no plugin is waited for
     */
    void start(Home home, Bundles wanted, BooleanSupplier stopAsked)
            throws IOException, BundleException, StartFailure, InterruptedException {
        List<Path> libraries = jars(home.bundles());
        libraries.removeIf(jar -> !wanted.includesLibrary(jar.getFileName().toString()));
        List<Path> named = jars(home.plugins());
        named.removeIf(jar -> !wanted.includesPlugin(jar.getFileName().toString()));
        List<Path> core = libraries.stream().filter(jar -> isNamed(jar, CORE)).toList();
        if (core.isEmpty()) {
            throw StartFailure.failed("FATAL: " + home.bundles() + " holds no " + CORE + "*.jar");
        }
        List<Path> deployment = libraries.stream().filter(jar -> isNamed(jar, DEPLOYMENT)).toList();
        libraries.removeAll(core);
        libraries.removeAll(deployment);
        // Most of it is reading, so the plugins are read beside the start of the libraries.
        CompletableFuture<List<Bundle>> plugins =
                CompletableFuture.supplyAsync(() -> installPlugins(named));
        startAll(install(libraries));
        PluginStarts starts = new PluginStarts(stopAsked);
        for (Bundle plugin : plugins.join()) {
            starts.start(plugin);
        }
        starts.close();
        List<Bundle> then = install(deployment);
        List<Bundle> last = install(core);
        startAll(then);
        startAll(last);
    }

    private static boolean isNamed(Path jar, String beginning) {
        return jar.getFileName().toString().startsWith(beginning);
    }

    private static List<Path> jars(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.jar")) {
            entries.forEach(jars::add);
        } catch (NoSuchFileException e) {
            return new ArrayList<>();
        }
        jars.sort(null);
        return jars;
    }

    private List<Bundle> install(List<Path> jars) throws StartFailure {
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : jars) {
            try {
                bundles.add(install(jar));
            } catch (BundleException e) {
                throw StartFailure.failed(
                        "FATAL: " + jar + " cannot be installed: " + rootReason(e));
            }
        }
        return bundles;
    }

    private List<Bundle> installPlugins(List<Path> jars) {
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : jars) {
            try {
                bundles.add(install(jar));
            } catch (BundleException e) {
                LOG.warning(jar + " is left out, it cannot be installed: " + rootReason(e));
            }
        }
        return bundles;
    }

    /** The jar is used where it lies and not copied into the cache. */
    private Bundle install(Path jar) throws BundleException {
        return context.installBundle(connector.location(jar));
    }

    private static void startAll(List<Bundle> bundles) throws StartFailure {
        for (Bundle bundle : bundles) {
            try {
                BundleStarter.start(bundle);
            } catch (BundleException e) {
                throw StartFailure.failed(
                        "FATAL: bundle "
                                + bundle.getSymbolicName()
                                + " does not start: "
                                + BundleStarter.reason(e));
            }
        }
    }

    /** The framework's own message tells only that it could not read the jar. */
    private static String rootReason(BundleException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return OneLine.reason(root);
    }
}
