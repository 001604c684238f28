package org.qpsmtpd.itest.container;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import org.assertj.core.api.Assertions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.osgi.framework.Constants;

/** The built distribution, as bundles for a container. */
final class Distribution {
    /** Framework property that names the folder of the {@link Workspace}. */
    static final String WORKSPACE = "org.qpsmtpd.itest.workspace";

    private static final String SLF4J = ";version=2.0.18";
    private static final Path HOME =
            Path.of(System.getProperty("qpsmtpd.home", "../runtime/felix/target/qpsmtpd"))
                    .toAbsolutePath()
                    .normalize();

    private Distribution() {}

    /** Every jar that the launcher installs, in its order: libraries, plugins, the core last. */
    static List<Path> bundles() {
        List<Path> all = new ArrayList<>();
        List<Path> libraries = jars(HOME.resolve("lib/bundles"));
        libraries.stream().filter(jar -> !isCore(jar)).forEach(all::add);
        all.addAll(plugins());
        libraries.stream().filter(Distribution::isCore).forEach(all::add);
        return all;
    }

    /** The jars of the plugins. */
    static List<Path> plugins() {
        return jars(HOME.resolve("plugins"));
    }

    /** The configuration that the distribution brings along. */
    static Path config() {
        return HOME.resolve("config");
    }

    /**
     * A container with all bundles of the distribution, which listens on a free port of 127.0.0.1
     * and keeps its files in the workspace.
     *
     * <p>slf4j comes from the class path through the system bundle, as in the launcher; Pax Exam's
     * own bundles import it as 1.7.
     *
     * @param more jars of plugins that the test adds
     */
    static Option in(Workspace workspace, Path... more) {
        return composite(host(workspace, more), server(workspace));
    }

    /**
     * The same bundles in a host that knows nothing of the launcher, so that only configurations
     * make servers.
     *
     * @param more jars of plugins that the test adds
     */
    static Option host(Workspace workspace, Path... more) {
        List<Path> jars = new ArrayList<>(List.of(more));
        jars.addAll(bundles());
        return composite(
                workingDirectory(workspace.folder("pax").toString()),
                cleanCaches(),
                junitBundles(),
                systemPackages(
                        "org.slf4j" + SLF4J,
                        "org.slf4j.event" + SLF4J,
                        "org.slf4j.helpers" + SLF4J,
                        "org.slf4j.spi" + SLF4J,
                        "org.slf4j;version=1.7.36"),
                frameworkProperty(Constants.FRAMEWORK_BSNVERSION).value("multiple"),
                frameworkProperty("org.qpsmtpd.deploy_dir").value(workspace.deploy().toString()),
                frameworkProperty(WORKSPACE).value(workspace.folder().toString()),
                library(Assertions.class),
                library(ByteBuddy.class),
                composite(jars.stream().map(Distribution::provisioned).toArray(Option[]::new)));
    }

    private static Option server(Workspace workspace) {
        return composite(
                frameworkProperty("org.qpsmtpd.model").value("prefork"),
                frameworkProperty("org.qpsmtpd.home").value(workspace.folder().toString()),
                frameworkProperty("org.qpsmtpd.config_dir").value(workspace.config().toString()),
                frameworkProperty("org.qpsmtpd.interface").value("127.0.0.1:0"));
    }

    private static UrlProvisionOption provisioned(Path jar) {
        UrlProvisionOption option = bundle(jar.toUri().toString());
        return isFragment(jar) ? option.noStart() : option;
    }

    private static Option library(Class<?> type) {
        return bundle(type.getProtectionDomain().getCodeSource().getLocation().toString());
    }

    private static boolean isCore(Path jar) {
        return jar.getFileName().toString().startsWith("org.qpsmtpd.core-");
    }

    private static boolean isFragment(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue(Constants.FRAGMENT_HOST) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no distribution in " + HOME + ": build runtime/felix first", e);
        }
    }
}
