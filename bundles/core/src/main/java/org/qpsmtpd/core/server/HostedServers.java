package org.qpsmtpd.core.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that live in a host, each with a configuration of its own. They start and end in the
 * background: whoever delivers configurations delivers those of plugins, too, and must not wait for
 * a server that drains.
 *
 * <p>Faults: a mistake in a configuration is one line in the host's log, and that server does not
 * start.
 */
@Component(service = HostedServers.class)
public final class HostedServers {
    private static final Logger LOG = LoggerFactory.getLogger("org.qpsmtpd");

    /** More than the end of a server takes, since it may have to wait for a start. */
    private static final long END_SECONDS = 60;

    private final Surroundings around;
    private final BundleContext context;
    private final SynchronousBundleListener listener = this::bundleChanged;
    private final HostState state;
    private final Map<String, Tenant> tenants = new HashMap<>();

    /** There is none yet. */
    @Activate
    public HostedServers(@Reference Surroundings around) {
        this.around = around;
        context = around.context();
        state = new HostState(context.getProperty("karaf.data"));
        context.addBundleListener(listener);
    }

    /**
     * Starts a server, or says why not.
     *
     * @return ends it
     */
    Runnable begin(Map<String, ?> configuration) {
        if (around.isLaunched()) {
            LOG.warn(
                    "{}: is not used: the options of this server are those of its command line",
                    HostConfiguration.place(configuration));
            return () -> {};
        }
        try {
            Path dataArea = context.getDataFile("").toPath();
            Tenant tenant =
                    take(HostConfiguration.read(configuration, context::getProperty, dataArea));
            return tenant::end;
        } catch (ConfigurationFault e) {
            String place = HostConfiguration.place(configuration);
            LOG.error(e.getMessage());
            state.failed(place, String.valueOf(e.getMessage()));
            return () -> state.ended(place);
        }
    }

    private Tenant take(HostConfiguration configuration) throws ConfigurationFault {
        String name = configuration.options().name();
        Tenant tenant;
        synchronized (tenants) {
            Tenant before = tenants.get(name);
            if (before != null && !before.isEnding()) {
                throw new ConfigurationFault(
                        configuration.place()
                                + ": name = '"
                                + name
                                + "' cannot be: the server of "
                                + before.place()
                                + " has it; this server does not start");
            }
            CompletableFuture<Void> free =
                    before == null ? CompletableFuture.completedFuture(null) : before.ended();
            tenant = new Tenant(around, configuration, free, state);
            tenants.put(name, tenant);
        }
        var unused = tenant.ended().thenRun(() -> forget(name, tenant));
        tenant.begin();
        return tenant;
    }

    private void forget(String name, Tenant tenant) {
        synchronized (tenants) {
            tenants.remove(name, tenant);
        }
    }

    /** Mail on its way is finished while the plugins and their bundles are still there. */
    private void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
            endAll();
        }
    }

    /** Ends all servers, and waits for that within a bound. */
    @Deactivate
    void close() {
        context.removeBundleListener(listener);
        endAll();
    }

    private void endAll() {
        List<Tenant> all;
        synchronized (tenants) {
            all = new ArrayList<>(tenants.values());
        }
        all.forEach(Tenant::end);
        CompletableFuture<?>[] ends =
                all.stream().map(Tenant::ended).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(ends).get(END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.error("a server did not end within {} seconds", END_SECONDS);
        } catch (ExecutionException e) {
            LOG.error("a server did not end cleanly: {}", String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
