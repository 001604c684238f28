package org.qpsmtpd.core.server;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.core.chain.Generation;
import org.qpsmtpd.core.chain.OwnCommand;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.log.LogRouter;

/**
 * Offers the commands of the plugins in use as services, for whatever console there is. The
 * services of the plugins themselves are none of its concern: there are some of instances that are
 * only tried, or were replaced.
 */
final class CommandServices {
    private final BundleContext context;
    private final String server;
    private final LogRouter log;
    private final Map<PluginInstance, Optional<OwnCommand>> asked = new HashMap<>();
    private final Map<OwnCommand, ServiceRegistration<PluginCommand>> offered = new HashMap<>();

    /**
     * @param server the server's name
     */
    CommandServices(BundleContext context, String server, LogRouter log) {
        this.context = context;
        this.server = server;
        this.log = log;
    }

    /** Offers those of a generation, and takes back those of plugins that are in it no more. */
    synchronized void show(Generation generation) {
        asked.keySet().retainAll(generation.plugins());
        Map<String, OwnCommand> wanted = new LinkedHashMap<>();
        for (PluginInstance plugin : generation.plugins()) {
            commandOf(plugin)
                    // Of two plugins with the same command the first has it.
                    .ifPresent(command -> wanted.putIfAbsent(command.command(), command));
        }
        Set<OwnCommand> gone = new HashSet<>(offered.keySet());
        gone.removeAll(wanted.values());
        gone.forEach(this::takeBack);
        wanted.values().forEach(command -> offered.computeIfAbsent(command, this::offer));
    }

    private Optional<OwnCommand> commandOf(PluginInstance plugin) {
        if (plugin.isAway() && !asked.containsKey(plugin)) {
            return Optional.empty(); // it is asked when it is back
        }
        return asked.computeIfAbsent(plugin, this::ask);
    }

    private Optional<OwnCommand> ask(PluginInstance plugin) {
        try {
            return OwnCommand.of(plugin);
        } catch (PluginFault e) {
            log.log(
                    LogLevel.WARN,
                    "the command of plugin " + plugin.name() + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private ServiceRegistration<PluginCommand> offer(OwnCommand command) {
        return context.registerService(
                PluginCommand.class,
                command,
                FrameworkUtil.asDictionary(Map.of(ServerHome.SERVER, server)));
    }

    private void takeBack(OwnCommand command) {
        ServiceRegistration<PluginCommand> registration = offered.remove(command);
        try {
            if (registration != null) {
                registration.unregister();
            }
        } catch (IllegalStateException e) {
            // the bundle is stopping and took it along
        }
    }

    /** Takes all back. */
    synchronized void close() {
        Set.copyOf(offered.keySet()).forEach(this::takeBack);
        asked.clear();
    }
}
