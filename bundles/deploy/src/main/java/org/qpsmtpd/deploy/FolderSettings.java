package org.qpsmtpd.deploy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the framework's properties say.
 *
 * @param folder the deploy folder, absolute
 * @param configDirectories where configuration files are, most important first
 * @param inKaraf whether the server lives in a Karaf
 */
record FolderSettings(Path folder, List<Path> configDirectories, boolean inKaraf) {
    private static final String PREFIX = "org.qpsmtpd.";

    FolderSettings {
        configDirectories = List.copyOf(configDirectories);
    }

    /**
     * Reads the properties.
     *
     * @param property gives the value of a name; null when not set
     */
    static FolderSettings of(Function<String, @Nullable String> property) {
        String base = property.apply("karaf.base");
        String home = property.apply(PREFIX + "home");
        Path root = Path.of(base != null ? base : home != null ? home : ".").toAbsolutePath();
        String folder = property.apply(PREFIX + "deploy_dir");
        // A host's own folder holds what is none of our business.
        Path otherwise = root.resolve(base != null ? "deploy-qpsmtpd" : "deploy");
        List<Path> config = new ArrayList<>();
        String chosen = property.apply(PREFIX + "config_dir");
        if (chosen != null && !chosen.isEmpty()) {
            config.add(Path.of(chosen).toAbsolutePath());
        }
        String hosts = property.apply("karaf.etc");
        config.add(hosts == null ? root.resolve("config") : Path.of(hosts, "qpsmtpd"));
        return new FolderSettings(
                (folder == null ? otherwise : Path.of(folder)).toAbsolutePath().normalize(),
                config,
                base != null);
    }
}
