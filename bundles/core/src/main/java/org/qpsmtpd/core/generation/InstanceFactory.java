package org.qpsmtpd.core.generation;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
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
import org.qpsmtpd.core.gate.OptionValue;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;
import org.qpsmtpd.core.log.LogRouter;

/**
 * Makes plugin instances: one factory configuration of Declarative Services for each line of
 * config/plugins, bound to the bundle that is to provide it.
 */
public final class InstanceFactory {
    /** Service property that tells an instance. */
    static final String INSTANCE = "qpsmtpd.instance";

    /** Property that tells an instance where its server's configuration is. */
    static final String CONFIG_DIRECTORY = "qpsmtpd.config_dir";

    /** How the names of configurations begin that factories made, of whichever server. */
    private static final String OWN = "qpsmtpd.";

    /** How the names of properties begin that a component has and that are no options. */
    private static final List<String> FOREIGN = List.of("plugin.", "service.", "osgi.");

    private static final long MOST_STOP_MILLIS = 2_000;
    private static final long LEAST_STOP_MILLIS = 50;

    private static final String CAUSED = "Caused by: ";
    private static final String SENTENCE = IllegalArgumentException.class.getName() + ": ";

    /** What is said behind the path, in place of the exception's type. */
    private static final Map<String, String> OF_FILES =
            Map.of(
                    NoSuchFileException.class.getName(),
                    ": there is no such file or folder",
                    AccessDeniedException.class.getName(),
                    ": the server's user may not use it",
                    NotDirectoryException.class.getName(),
                    ": it is no folder");

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

    /**
     * An instance and what must be given back when nobody uses it any more.
     *
     * @param plugin the plugin's name without {@code :N}
     * @param bundle who provides it
     * @param configuration what made it; null for a service that its bundle registered by itself
     */
    record Made(
            String plugin,
            PluginInstance instance,
            Bundle bundle,
            @Nullable Configuration configuration) {}

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
    }

    /**
     * Deletes what the servers of an earlier run made and could not take away; to be called before
     * there is a factory.
     */
    public static void deleteLeftOvers(ConfigurationAdmin configurations) {
        try {
            Configuration[] all = configurations.listConfigurations("(" + INSTANCE + "=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                configuration.delete();
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether a factory made a configuration, this one or another server's. */
    boolean owns(String pid) {
        return pid.contains("~" + OWN);
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

    /** Checks the arguments of a line against what the plugin declares. */
    Options bind(Offer offer, String arguments) throws PluginFault {
        return binder(offer).bind(arguments);
    }

    /** Checks the options of a configuration against what the plugin declares. */
    Options bind(Offer offer, Map<String, OptionValue> named) throws PluginFault {
        return binder(offer).bindNamed(named);
    }

    private OptionBinder binder(Offer offer) throws PluginFault {
        ComponentDescriptionDTO component = describe(offer);
        Set<String> properties = new HashSet<>(component.properties.keySet());
        properties.removeIf(key -> FOREIGN.stream().anyMatch(key::startsWith));
        PathOptions paths = PathOptions.of(offer.paths(), configDirectory);
        return new OptionBinder(attributes(offer), properties, offer.positional(), paths);
    }

    /**
     * The configurations that were made for plugins of this server by others than a factory: in
     * Configuration Admin, and by files beside the exchanged bundles.
     */
    List<PluginConfiguration> foreignConfigurations(PluginCatalog catalog) {
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
    Set<String> foreignPids() {
        Set<String> pids = new HashSet<>();
        exchange.configured().forEach(file -> pids.add(file.pid()));
        try {
            Configuration[] all = configurations.listConfigurations("(service.factoryPid=*)");
            for (Configuration configuration : all == null ? new Configuration[0] : all) {
                foreignPid(configuration).ifPresent(pids::add);
            }
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return pids;
    }

    private Optional<String> foreignPid(Configuration configuration) {
        try {
            return owns(configuration.getPid())
                    ? Optional.empty()
                    : Optional.ofNullable(configuration.getFactoryPid());
        } catch (IllegalStateException e) {
            return Optional.empty(); // deleted meanwhile, see delete
        }
    }

    /** Where exchanged bundles come from. */
    BundleExchange exchange() {
        return exchange;
    }

    private static Optional<PluginConfiguration> read(
            Configuration configuration, PluginCatalog catalog) {
        try {
            return PluginConfiguration.of(configuration, catalog);
        } catch (IllegalStateException e) {
            return Optional.empty(); // deleted meanwhile, see delete
        }
    }

    private ComponentDescriptionDTO describe(Offer offer) throws PluginFault {
        Bundle bundle = offer.bundle();
        if ((bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
            throw new PluginFault(
                    "bundle " + bundle.getSymbolicName() + " is installed but not started");
        }
        String pid = ConfiguredInstance.pid(offer.name());
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs(bundle)) {
            if (Arrays.asList(component.configurationPid).contains(pid)) {
                return usable(component);
            }
        }
        throw new PluginFault(
                "bundle "
                        + bundle.getSymbolicName()
                        + " has no component with the configuration pid "
                        + pid);
    }

    /** An immediate component would be built by whoever delivers its configuration. */
    private static ComponentDescriptionDTO usable(ComponentDescriptionDTO component)
            throws PluginFault {
        if (component.immediate) {
            throw new PluginFault(
                    "its component is marked immediate, which a plugin must not be; leave that"
                            + " out");
        }
        return component;
    }

    private Map<String, AttributeDefinition> attributes(Offer offer) {
        Map<String, AttributeDefinition> attributes = new LinkedHashMap<>();
        MetaTypeInformation types = metatypes.getMetaTypeInformation(offer.bundle());
        String pid = ConfiguredInstance.pid(offer.name());
        if (types == null || !Arrays.asList(types.getFactoryPids()).contains(pid)) {
            return attributes;
        }
        ObjectClassDefinition options = types.getObjectClassDefinition(pid, null);
        for (AttributeDefinition attribute :
                options.getAttributeDefinitions(ObjectClassDefinition.ALL)) {
            attributes.put(attribute.getID(), attribute);
        }
        return attributes;
    }

    /** Makes an instance and waits until it is ready. */
    Made make(Offer offer, PluginLine line, Options options) throws PluginFault {
        String id = OWN + server + "." + START + "." + COUNTER.incrementAndGet();
        CompletableFuture<ServiceReference<?>> registered = services.await(id);
        Configuration configuration = configure(offer, id, options);
        try {
            ServiceReference<?> reference = await(registered);
            Object plugin = reference == null ? null : services.get(reference);
            if (reference == null || plugin == null) {
                throw new PluginFault(failure(offer, configuration.getPid()));
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
        properties.put(INSTANCE, id);
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

    /** What Declarative Services says of a component that did not come up, in one sentence. */
    private String failure(Offer offer, String pid) throws PluginFault {
        for (ComponentConfigurationDTO component :
                components.getComponentConfigurationDTOs(describe(offer))) {
            if (!pid.equals(component.properties.get("service.pid"))) {
                continue;
            }
            if (component.unsatisfiedReferences.length > 0) {
                return new MissingServices(context, components).of(component);
            }
            if (component.failure != null) {
                return cause(component.failure);
            }
        }
        return classFault(offer);
    }

    /** Declarative Services keeps to itself why a class cannot be loaded. */
    private String classFault(Offer offer) throws PluginFault {
        String name = describe(offer).implementationClass;
        return TimeLimit.within(() -> classFault(offer.bundle(), name));
    }

    private static String classFault(Bundle bundle, String name) {
        try {
            var unused = bundle.loadClass(name);
            return "it did not start";
        } catch (ClassNotFoundException e) {
            return "its bundle does not hold the class " + name;
        } catch (UnsupportedClassVersionError e) {
            return "it is compiled for a later Java than "
                    + Runtime.version().feature()
                    + ": "
                    + e.getMessage();
        } catch (LinkageError e) {
            return "its class " + name + " cannot be loaded: " + e;
        }
    }

    /**
     * What a printed stack trace says: the plugin's own sentence, which it gives with an
     * IllegalArgumentException, else the innermost cause, in words where it is one of Java's about
     * files, which say only which file.
     */
    static String cause(String trace) {
        String cause = trace.lines().findFirst().orElse("it did not start");
        for (String line : trace.lines().toList()) {
            String thrown = line.startsWith(CAUSED) ? line.substring(CAUSED.length()) : cause;
            if (thrown.startsWith(SENTENCE)) {
                return thrown.substring(SENTENCE.length());
            }
            cause = thrown;
        }
        for (Map.Entry<String, String> known : OF_FILES.entrySet()) {
            String type = known.getKey() + ": ";
            if (cause.startsWith(type)) {
                return cause.substring(type.length()) + known.getValue();
            }
        }
        return cause;
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
