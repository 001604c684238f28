package org.qpsmtpd.dns.component;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.qpsmtpd.api.plugin.PluginCommand;
import org.qpsmtpd.api.plugin.PluginFigures;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.dns.lookup.ServerResolver;
import org.qpsmtpd.dns.transport.Loop;
import org.qpsmtpd.dns.upstream.SystemServers;

/** Gives each server a resolver of its own, as long as the server is there. One thread for all. */
@Component(
        service = {},
        immediate = true)
public final class Resolvers {
    private final BundleContext context;
    private final Loop loop;
    private final Map<ServerHome, Tenant> tenants = new ConcurrentHashMap<>();

    private record Tenant(ServerResolver resolver, List<ServiceRegistration<?>> services) {
        void leave() {
            services.forEach(Resolvers::unregister);
            resolver.close();
        }
    }

    /** Starts the thread. */
    @Activate
    public Resolvers(BundleContext context) throws IOException {
        this.context = context;
        loop = new Loop("qpsmtpd-dns");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addHome(ServerHome home) {
        ServerResolver resolver =
                new ServerResolver(
                        loop, new ConfiguredServers(home.config(), new SystemServers()::servers));
        DnsCommand command = new DnsCommand(resolver);
        List<ServiceRegistration<?>> services = new ArrayList<>();
        services.add(register(Resolver.class, resolver, home));
        services.add(register(PluginCommand.class, command, home));
        services.add(register(PluginFigures.class, command, home));
        tenants.put(home, new Tenant(resolver, services));
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, ServerHome home) {
        Map<String, String> server = Map.of(ServerHome.SERVER, home.name());
        return context.registerService(type, service, FrameworkUtil.asDictionary(server));
    }

    void removeHome(ServerHome home) {
        Tenant tenant = tenants.remove(home);
        if (tenant != null) {
            tenant.leave();
        }
    }

    /** Ends the thread; what is still asked has failed. */
    @Deactivate
    void close() {
        tenants.values().forEach(Tenant::leave);
        tenants.clear();
        loop.close();
    }

    private static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            // the bundle is stopping and took it along
        }
    }
}
