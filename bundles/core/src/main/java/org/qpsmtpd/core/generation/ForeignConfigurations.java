package org.qpsmtpd.core.generation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The configurations that were made for plugins by others than a factory: in Configuration Admin,
 * and by files beside the exchanged bundles.
 */
final class ForeignConfigurations {
    private final ConfigurationAdmin configurations;
    private final BundleExchange exchange;
    private final String server;

    /**
     * @param server name of the server that they are for
     */
    ForeignConfigurations(
            ConfigurationAdmin configurations, BundleExchange exchange, String server) {
        this.configurations = configurations;
        this.exchange = exchange;
        this.server = server;
    }

    /** Whether a factory made a configuration, of whichever server. */
    static boolean isOwn(String pid) {
        return pid.contains("~" + Made.OWN);
    }

    /**
     * The configurations that were made for plugins of this server by others than a factory: in
     * Configuration Admin, and by files beside the exchanged bundles.
     */
    List<PluginConfiguration> of(PluginCatalog catalog) {
        List<PluginConfiguration> found = new ArrayList<>();
        exchange.configured().stream()
                .flatMap(file -> PluginConfiguration.of(file, catalog).stream())
                .filter(plugin -> plugin.isFor(server))
                .forEach(found::add);
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                read(configuration, catalog)
                        .filter(plugin -> plugin.isFor(server))
                        .filter(plugin -> !exchange.folder().filter(plugin::isFrom).isPresent())
                        .ifPresent(found::add);
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    /**
     * The pids that the configurations of others than a factory are for, whether a plugin has them
     * or not.
     */
    Set<String> pids() {
        Set<String> pids = new HashSet<>();
        exchange.configured().forEach(file -> pids.add(file.pid()));
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                pid(configuration).ifPresent(pids::add);
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return pids;
    }

    private Optional<String> pid(Configuration configuration) {
        try {
            return isOwn(configuration.getPid())
                    ? Optional.empty()
                    : Optional.ofNullable(configuration.getFactoryPid());
        } catch (IllegalStateException e) {
            return Optional.empty(); // deleted meanwhile, see delete
        }
    }

    private static Optional<PluginConfiguration> read(
            Configuration configuration, PluginCatalog catalog) {
        try {
            return PluginConfiguration.of(configuration, catalog);
        } catch (IllegalStateException e) {
            return Optional.empty(); // deleted meanwhile, see delete
        }
    }
}
