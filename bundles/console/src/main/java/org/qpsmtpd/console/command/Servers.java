package org.qpsmtpd.console.command;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.qpsmtpd.api.control.Deployments;
import org.qpsmtpd.api.control.ServerControl;
import org.qpsmtpd.api.plugin.Plugin;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.service.ServerHome;

/** The servers in this framework, what they offer, and the deploy folder, as they come and go. */
@Component(service = Servers.class)
public final class Servers {
    private static final String ONLY = "qpsmtpd";

    private final Map<String, ServerControl> servers = new TreeMap<>();
    private final Brought brought = new Brought();
    private volatile @Nullable Deployments deployments;

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addServer(ServerControl server, Map<String, Object> properties) {
        synchronized (servers) {
            servers.put(name(properties), server);
        }
    }

    void removeServer(ServerControl server, Map<String, Object> properties) {
        synchronized (servers) {
            servers.remove(name(properties), server);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setDeployments(Deployments service) {
        deployments = service;
    }

    void unsetDeployments(Deployments service) {
        // With the greedy policy the successor is set before the predecessor goes.
        if (deployments == service) {
            deployments = null;
        }
    }

    /** Those of plugins come from the server that uses them, so their own services do not count. */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            target = "(!(" + Plugin.PREFIX_ + "name=*))")
    void addCommand(PluginCommand command, Map<String, Object> properties) {
        Object server = properties.get(ServerHome.SERVER);
        brought.add(command, Optional.ofNullable(server).map(Object::toString));
    }

    void removeCommand(PluginCommand command) {
        brought.remove(command);
    }

    /** The commands that plugins and services bring. */
    Brought brought() {
        return brought;
    }

    /**
     * The command of this name that is meant.
     *
     * @param server name of the server, when one was named
     * @throws CommandFailure when it cannot be told, or is not there
     */
    PluginCommand brought(String name, Optional<String> server) {
        String chosen = server.isPresent() || brought.needsServer(name) ? chooseName(server) : ONLY;
        return brought.of(name, chosen)
                .map(Brought.Entry::command)
                .orElseThrow(
                        () ->
                                CommandFailure.failed(
                                        "nothing in use brings this command to the server "
                                                + chosen));
    }

    private static String name(Map<String, Object> properties) {
        return String.valueOf(properties.getOrDefault(ServerControl.NAME, ONLY));
    }

    /**
     * The server of this name, or the only one.
     *
     * @throws CommandFailure when there is none, or more than one and no name
     */
    ServerControl choose(Optional<String> name) {
        synchronized (servers) {
            return named(chooseName(name));
        }
    }

    private String chooseName(Optional<String> name) {
        synchronized (servers) {
            if (servers.isEmpty()) {
                throw CommandFailure.failed("no server runs here at the moment");
            }
            if (name.isPresent()) {
                named(name.get());
                return name.get();
            }
            if (servers.size() > 1) {
                throw CommandFailure.usage(
                        "there are several servers, name one of them with --server: "
                                + String.join(", ", servers.keySet()));
            }
            return servers.keySet().iterator().next();
        }
    }

    private ServerControl named(String name) {
        ServerControl server = servers.get(name);
        if (server == null) {
            throw CommandFailure.usage(
                    "no server '" + name + "'" + Nearest.hint(name, servers.keySet()));
        }
        return server;
    }

    /** The only server. */
    public Optional<ServerControl> only() {
        synchronized (servers) {
            return servers.size() == 1 ? servers.values().stream().findFirst() : Optional.empty();
        }
    }

    Deployments deployments() {
        Deployments service = deployments;
        if (service == null) {
            throw CommandFailure.failed("no deploy folder is watched here");
        }
        return service;
    }
}
