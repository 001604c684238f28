package org.qpsmtpd.core.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.qpsmtpd.core.check.ConfigCheck;
import org.qpsmtpd.core.generation.Generations;
import org.qpsmtpd.core.generation.InstalledPlugins;
import org.qpsmtpd.core.generation.InstanceFactory;
import org.qpsmtpd.core.generation.Trial;

/** What {@code check-config} is told, of the server's own configuration or another. */
final class Checks {
    private final ServerOptions options;
    private final InstanceFactory factory;
    private final ServiceComponentRuntime components;
    private final Generations generations;

    Checks(
            ServerOptions options,
            InstanceFactory factory,
            ServiceComponentRuntime components,
            Generations generations) {
        this.options = options;
        this.factory = factory;
        this.components = components;
        this.generations = generations;
    }

    private InstalledPlugins installed() {
        return new InstalledPlugins(factory, components);
    }

    /** The names of files that are read. */
    Set<String> files() {
        return ConfigCheck.files(installed());
    }

    /** What is wrong with a directory, a sentence each. */
    List<String> of(Path directory) {
        List<Path> directories = new ArrayList<>(List.of(directory));
        directories.addAll(options.usualDirectories());
        InstalledPlugins installed = installed();
        try (Trial rehearsal = installed.rehearse(directories)) {
            return ConfigCheck.check(directory, options.usualDirectories(), installed, rehearsal);
        }
    }

    /** The same of the server's own; the plugins in use are asked about their files. */
    List<String> own() {
        InstalledPlugins installed = installed();
        try (Trial rehearsal = installed.using(generations.current().plugins())) {
            return ConfigCheck.check(
                    options.configDirectories().get(0),
                    options.usualDirectories(),
                    installed,
                    rehearsal);
        }
    }

    /** Which files are not the directory's. */
    List<String> takenFromElsewhere(Path directory) {
        return ConfigCheck.takenFromElsewhere(directory, options.usualDirectories(), installed());
    }
}
