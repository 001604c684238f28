package org.qpsmtpd.core.server;

import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.qpsmtpd.api.service.Patterns;
import org.qpsmtpd.core.config.ConfigDirectory;
import org.qpsmtpd.core.gate.BundleSource;
import org.qpsmtpd.core.gate.Gate;
import org.qpsmtpd.core.generation.BundleExchange;
import org.qpsmtpd.core.generation.InstanceFactory;
import org.qpsmtpd.core.log.LogRouter;

/** What all servers of a framework share: its services, and the exchange of bundles. */
@Component(service = Surroundings.class)
public final class Surroundings {
    private static final String MODEL = "org.qpsmtpd.model";

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime components;
    private final MetaTypeService metatypes;
    private final Patterns patterns;
    private final BundleExchange exchange = new BundleExchange();

    private @Nullable ServiceRegistration<Gate> gate;

    /**
     * Looks who started the framework.
     *
     * @param patterns plugins need it, too, so it must be there before the first of them is made
     */
    @Activate
    public Surroundings(
            BundleContext context,
            @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime components,
            @Reference MetaTypeService metatypes,
            @Reference Patterns patterns) {
        this.context = context;
        this.configurations = configurations;
        this.components = components;
        this.metatypes = metatypes;
        this.patterns = patterns;
        if (!isLaunched()) {
            InstanceFactory.deleteLeftOvers(configurations);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setSource(BundleSource newSource) {
        exchange.setSource(newSource);
    }

    void unsetSource(BundleSource oldSource) {
        // what it brought stays in use until it is there again, maybe updated
    }

    /** All servers have ended, since they need this. */
    @Deactivate
    synchronized void close() {
        ServiceRegistration<Gate> registered = gate;
        if (registered != null) {
            registered.unregister();
            gate = null;
        }
    }

    /** Whether the launcher started the framework, and hands over options and sockets. */
    boolean isLaunched() {
        return context.getProperty(MODEL) != null
                || !references(ServerSocketChannel.class, "(org.qpsmtpd.listener=*)").isEmpty()
                || !references(SocketChannel.class, "(org.qpsmtpd.connection=*)").isEmpty();
    }

    /** The source of bundles may ask for new sets of plugins from now on. */
    synchronized void openGate() {
        if (gate == null) {
            gate = context.registerService(Gate.class, exchange, null);
        }
    }

    BundleContext context() {
        return context;
    }

    BundleExchange exchange() {
        return exchange;
    }

    ServiceComponentRuntime components() {
        return components;
    }

    Patterns patterns() {
        return patterns;
    }

    String version() {
        return context.getBundle().getVersion().toString();
    }

    InstanceFactory factory(ServerOptions options, LogRouter log) {
        return new InstanceFactory(
                context,
                configurations,
                components,
                metatypes,
                exchange,
                options.name(),
                options.configDirectories().get(0),
                log);
    }

    static ConfigDirectory config(ServerOptions options, LogRouter log) {
        return new ConfigDirectory(options.configDirectories(), log);
    }

    <T> Collection<ServiceReference<T>> references(Class<T> type, String filter) {
        try {
            return context.getServiceReferences(type, filter);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    <T> List<T> services(Class<T> type, String filter) {
        List<T> found = new ArrayList<>();
        for (ServiceReference<T> reference : references(type, filter)) {
            T service = context.getService(reference);
            if (service != null) {
                found.add(service);
            }
        }
        return found;
    }
}
