package org.qpsmtpd.core.server;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.ServiceTracker;
import org.qpsmtpd.api.config.Config;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;

/** What a server tells other bundles of itself, and what those offer to it alone. */
final class ServerServices implements AutoCloseable {
    private final BundleContext context;
    private final ServerHome home;
    private final ServiceTracker<Resolver, Resolver> resolvers;
    private @Nullable ServiceRegistration<ServerHome> registration;

    ServerServices(BundleContext context, ServerOptions options, Config config) {
        this.context = context;
        home = new ServerFolders(options, config);
        resolvers = new ServiceTracker<>(context, filter(options.name()), null);
    }

    private static Filter filter(String server) {
        String type = "(" + Constants.OBJECTCLASS + "=" + Resolver.class.getName() + ")";
        try {
            return FrameworkUtil.createFilter("(&" + type + ServerHome.filter(server) + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException("'" + server + "' is no name for a server", e);
        }
    }

    /** Says where the server is; whoever offers something for each server begins with it. */
    synchronized void open() {
        resolvers.open();
        registration =
                context.registerService(
                        ServerHome.class,
                        home,
                        FrameworkUtil.asDictionary(Map.of(ServerHome.SERVER, home.name())));
    }

    /** Where host names are looked up; absent while no bundle offers that. */
    Optional<Resolver> resolver() {
        return Optional.ofNullable(resolvers.getService());
    }

    @Override
    public synchronized void close() {
        ServiceRegistration<ServerHome> registered = registration;
        registration = null;
        if (registered != null) {
            unregister(registered);
        }
        resolvers.close();
    }

    /** Takes a service away, unless its bundle did. */
    static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            // the bundle is stopping and took it along
        }
    }
}
