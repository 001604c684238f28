package org.qpsmtpd.core.generation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.qpsmtpd.api.hook.LoggingHook;
import org.qpsmtpd.api.log.LogLevel;
import org.qpsmtpd.api.plugin.SelfCheck;
import org.qpsmtpd.core.chain.Aside;
import org.qpsmtpd.core.chain.LogWishes;
import org.qpsmtpd.core.chain.Origin;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginInstance;
import org.qpsmtpd.core.chain.PluginSettings;
import org.qpsmtpd.core.chain.TimeLimit;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;
import org.qpsmtpd.core.log.LogRouter;

/**
 * Makes plugin instances: one factory configuration of Declarative Services for each line of
 * config/plugins, bound to the bundle that is to provide it.
 */
public final class InstanceFactory {
    /** Property that tells an instance where its server's configuration is. */
    static final String CONFIG_DIRECTORY = "qpsmtpd.config_dir";

    private static final long MOST_STOP_MILLIS = 2_000;
    private static final long LEAST_STOP_MILLIS = 50;

    private static final String START = Long.toString(System.currentTimeMillis(), 36);
    private static final AtomicLong COUNTER = new AtomicLong();

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime components;
    private final MetaTypeService metatypes;
    private final BundleExchange exchange;
    private final String server;
    private final Path configDirectory;
    private final LogRouter log;
    private final HookServices services;
    private final Declarations declarations;
    private final StartFailures failures;
    private final ForeignConfigurations foreign;

    /**
     * Uses the framework's services.
     *
     * @param exchange knows the instances that files configure
     * @param server name of the server that the instances are for
     * @param configDirectory where its configuration is
     * @param log told of plugins that come and go
     */
    public InstanceFactory(
            BundleContext context,
            ConfigurationAdmin configurations,
            ServiceComponentRuntime components,
            MetaTypeService metatypes,
            BundleExchange exchange,
            String server,
            Path configDirectory,
            LogRouter log) {
        this.context = context;
        this.configurations = configurations;
        this.components = components;
        this.metatypes = metatypes;
        this.exchange = exchange;
        this.server = server;
        this.configDirectory = configDirectory;
        this.log = log;
        this.services = new HookServices(context, server, log);
        this.declarations = new Declarations(components, metatypes, configDirectory);
        this.failures = new StartFailures(context, components, declarations);
        this.foreign = new ForeignConfigurations(configurations, exchange, server);
    }

    /**
     * Deletes what the servers of an earlier run made and could not take away; to be called before
     * there is a factory.
     */
    public static void deleteLeftOvers(ConfigurationAdmin configurations) {
        try {
            Configuration[] all = configurations.listConfigurations("(" + Made.INSTANCE + "=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                configuration.delete();
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a factory made a configuration, this one or another server's. */
    boolean owns(String pid) {
        return ForeignConfigurations.isOwn(pid);
    }

    /** One that makes instances for another configuration directory. */
    InstanceFactory forDirectory(Path directory, LogRouter other) {
        return new InstanceFactory(
                context, configurations, components, metatypes, exchange, server, directory, other);
    }

    /** The services of hooks in the framework. */
    HookServices services() {
        return services;
    }

    BundleContext context() {
        return context;
    }

    /** What the plugins declare of themselves. */
    Declarations declarations() {
        return declarations;
    }

    /** The configurations that others than a factory made. */
    ForeignConfigurations foreign() {
        return foreign;
    }

    /** Where exchanged bundles come from. */
    BundleExchange exchange() {
        return exchange;
    }

    /** Makes an instance and waits until it is ready. */
    Made make(Offer offer, PluginLine line, Options options) throws PluginFault {
        String id = Made.OWN + server + "." + START + "." + COUNTER.incrementAndGet();
        CompletableFuture<ServiceReference<?>> registered = services.await(id);
        Configuration configuration = configure(offer, id, options);
        try {
            ServiceReference<?> reference = await(registered);
            Object plugin = reference == null ? null : services.get(reference);
            if (reference == null || plugin == null) {
                throw new PluginFault(failures.of(offer, configuration.getPid()));
            }
            checkItself(plugin);
            Origin origin = Origin.of(offer.bundle(), line.place(), line.optional());
            PluginInstance instance = instance(line, plugin, options.settings(), origin);
            instance.decidesAt(offer.decides());
            instance.reads(offer.files());
            Made made = new Made(line.plugin(), instance, offer.bundle(), configuration);
            services.follow(id, made, reference);
            return made;
        } catch (PluginFault e) {
            services.forget(id);
            delete(configuration);
            throw e;
        }
    }

    /** Takes a service that a bundle registered by itself for a plugin. */
    Made adopt(ServiceReference<?> reference, PluginLine line) throws PluginFault {
        Object plugin = services.get(reference);
        if (plugin == null) {
            throw new PluginFault("its service went away");
        }
        checkItself(plugin);
        Bundle bundle = reference.getBundle();
        PluginInstance instance =
                instance(
                        line,
                        plugin,
                        PluginSettings.USUAL,
                        Origin.of(bundle, line.place(), line.optional()));
        Made made = new Made(line.plugin(), instance, bundle, null);
        services.follow(HookServices.id(reference), made, reference);
        return made;
    }

    private static @Nullable ServiceReference<?> await(
            CompletableFuture<ServiceReference<?>> registered) throws PluginFault {
        try {
            return registered.get(TimeLimit.SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginFault("interrupted while it was started");
        }
    }

    /** Looks at the plugin's methods, for which classes of its bundle may have to be loaded. */
    private static PluginInstance instance(
            PluginLine line, Object plugin, PluginSettings settings, Origin origin)
            throws PluginFault {
        PluginInstance instance =
                TimeLimit.within(
                        () -> new PluginInstance(line.instance(), plugin, settings, origin));
        if (plugin instanceof LoggingHook logger) {
            instance.takesLog(LogWishes.of(line.instance(), logger));
        }
        return instance;
    }

    private static void checkItself(Object plugin) throws PluginFault {
        if (plugin instanceof SelfCheck check) {
            try {
                TimeLimit.within(
                        () -> {
                            check.selfCheck();
                            return true;
                        });
            } catch (PluginFault e) {
                throw new PluginFault("its self-check failed: " + e.getMessage());
            }
        }
    }

    private Configuration configure(Offer offer, String id, Options options) throws PluginFault {
        Map<String, Object> properties = new HashMap<>(options.values());
        properties.putAll(declarations.targets(offer, server));
        properties.put(Made.INSTANCE, id);
        properties.put(CONFIG_DIRECTORY, configDirectory.toString());
        try {
            Configuration configuration =
                    configurations.getFactoryConfiguration(
                            ConfiguredInstance.pid(offer.name()), id, offer.bundle().getLocation());
            configuration.update(FrameworkUtil.asDictionary(properties));
            return configuration;
        } catch (IOException e) {
            throw new PluginFault("its configuration cannot be stored: " + e.getMessage());
        }
    }

    /**
     * Gives instances back, on threads of their own, since Declarative Services then deactivate
     * them and a component may hang; waits a moment for each, and in all as long as said.
     *
     * @param deletes whether their configurations go, too; at the end of a framework whose storage
     *     is fresh at each start they need not
     */
    void release(List<Made> unused, long millis, boolean deletes) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (Made made : unused) {
            CompletableFuture<Void> gone = new CompletableFuture<>();
            Aside.soon("plugin-stop", () -> release(made, deletes, gone));
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (!isDone(gone, Math.max(LEAST_STOP_MILLIS, Math.min(MOST_STOP_MILLIS, left)))) {
                log.log(
                        LogLevel.ERROR,
                        "plugin " + made.instance() + " does not stop in time, it is left alone");
            }
        }
    }

    private void release(Made made, boolean deletes, CompletableFuture<Void> gone) {
        try {
            services.release(made);
            gone.complete(null);
            Configuration configuration = made.configuration();
            if (deletes && configuration != null) {
                configuration.delete();
            }
        } catch (IOException | IllegalStateException e) {
            // the storage is fresh at each start, and a bundle that is gone took its configuration
            // along
        } finally {
            gone.complete(null);
        }
    }

    private static boolean isDone(CompletableFuture<Void> gone, long millis) {
        try {
            gone.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * In the background: a component that hangs would hold up whoever takes its configuration away.
     */
    private static void delete(Configuration configuration) {
        Aside.soon(
                "plugin-stop",
                () -> {
                    try {
                        configuration.delete();
                    } catch (IOException | IllegalStateException e) {
                        // as in release
                    }
                });
    }

    /** Stops following services. */
    void close() {
        services.close();
    }
}
