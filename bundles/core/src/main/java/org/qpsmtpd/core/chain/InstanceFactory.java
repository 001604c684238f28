package org.qpsmtpd.core.chain;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
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
import org.qpsmtpd.core.chain.OptionBinder.Options;
import org.qpsmtpd.core.chain.PluginCatalog.Offer;

/**
 * Makes plugin instances: one factory configuration of Declarative Services for each line of
 * config/plugins, bound to the bundle that is to provide it.
 */
public final class InstanceFactory {
    /** Service property that tells an instance. */
    private static final String INSTANCE = "qpsmtpd.instance";

    private static final long ACTIVATION_SECONDS = 10;

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ServiceComponentRuntime components;
    private final MetaTypeService metatypes;
    private final AtomicLong counter = new AtomicLong();

    /** An instance and what must be given back when nobody uses it any more. */
    record Made(
            PluginInstance instance, ServiceReference<?> reference, Configuration configuration) {}

    /** Uses the framework's services. */
    public InstanceFactory(
            BundleContext context,
            ConfigurationAdmin configurations,
            ServiceComponentRuntime components,
            MetaTypeService metatypes) {
        this.context = context;
        this.configurations = configurations;
        this.components = components;
        this.metatypes = metatypes;
    }

    BundleContext context() {
        return context;
    }

    /** Checks the words of a line against what the plugin declares. */
    Options bind(Offer offer, List<String> words) throws PluginFault {
        ComponentDescriptionDTO component = describe(offer);
        Set<String> properties = new HashSet<>(component.properties.keySet());
        properties.removeIf(key -> key.startsWith("plugin.") || key.startsWith("service."));
        return new OptionBinder(attributes(offer), properties, offer.positional()).bind(words);
    }

    private ComponentDescriptionDTO describe(Offer offer) throws PluginFault {
        Bundle bundle = offer.bundle();
        if ((bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
            throw new PluginFault(
                    "bundle " + bundle.getSymbolicName() + " is installed but not started");
        }
        String pid = PluginLine.pid(offer.name());
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs(bundle)) {
            if (Arrays.asList(component.configurationPid).contains(pid)) {
                return component;
            }
        }
        throw new PluginFault(
                "bundle "
                        + bundle.getSymbolicName()
                        + " has no component with the configuration pid "
                        + pid);
    }

    private Map<String, AttributeDefinition> attributes(Offer offer) {
        Map<String, AttributeDefinition> attributes = new LinkedHashMap<>();
        MetaTypeInformation types = metatypes.getMetaTypeInformation(offer.bundle());
        String pid = PluginLine.pid(offer.name());
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
    Made make(Offer offer, String name, Options options) throws PluginFault {
        String id = Long.toString(counter.incrementAndGet());
        CountDownLatch registered = new CountDownLatch(1);
        AtomicReference<@Nullable ServiceReference<?>> found = new AtomicReference<>();
        ServiceListener listener =
                event -> {
                    if (event.getType() == ServiceEvent.REGISTERED) {
                        found.set(event.getServiceReference());
                        registered.countDown();
                    }
                };
        try {
            context.addServiceListener(listener, "(" + INSTANCE + "=" + id + ")");
            Configuration configuration = configure(offer, id, options);
            registered.await(ACTIVATION_SECONDS, TimeUnit.SECONDS);
            return get(offer, name, options, found.get(), configuration);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginFault("interrupted while it was started");
        } finally {
            context.removeServiceListener(listener);
        }
    }

    private Configuration configure(Offer offer, String id, Options options) throws PluginFault {
        Map<String, Object> properties = new HashMap<>(options.values());
        properties.put(INSTANCE, id);
        try {
            Configuration configuration =
                    configurations.getFactoryConfiguration(
                            PluginLine.pid(offer.name()), id, offer.bundle().getLocation());
            configuration.update(FrameworkUtil.asDictionary(properties));
            return configuration;
        } catch (IOException e) {
            throw new PluginFault("its configuration cannot be stored: " + e.getMessage());
        }
    }

    private Made get(
            Offer offer,
            String name,
            Options options,
            @Nullable ServiceReference<?> reference,
            Configuration configuration)
            throws PluginFault {
        Object plugin = reference == null ? null : context.getService(reference);
        if (reference == null || plugin == null) {
            String reason = failure(offer, configuration.getPid());
            delete(configuration);
            throw new PluginFault(reason);
        }
        PluginInstance instance =
                new PluginInstance(name, plugin, options.level(), options.skipOnError());
        return new Made(instance, reference, configuration);
    }

    /** What Declarative Services says of a component that did not come up, in one sentence. */
    private String failure(Offer offer, String pid) throws PluginFault {
        for (ComponentConfigurationDTO component :
                components.getComponentConfigurationDTOs(describe(offer))) {
            if (!pid.equals(component.properties.get("service.pid"))) {
                continue;
            }
            if (component.unsatisfiedReferences.length > 0) {
                return "it needs the service "
                        + component.unsatisfiedReferences[0].name
                        + ", which is not there";
            }
            if (component.failure != null) {
                return cause(component.failure);
            }
        }
        return "it did not start";
    }

    /**
     * The innermost cause of a printed stack trace, without the class name of the usual exception.
     */
    private static String cause(String trace) {
        String cause = trace.lines().findFirst().orElse("it did not start");
        for (String line : trace.lines().toList()) {
            if (line.startsWith("Caused by: ")) {
                cause = line.substring("Caused by: ".length());
            }
        }
        String usual = IllegalArgumentException.class.getName() + ": ";
        return cause.startsWith(usual) ? cause.substring(usual.length()) : cause;
    }

    /** Gives an instance back; Declarative Services then deactivates it. */
    void release(Made made) {
        context.ungetService(made.reference());
        delete(made.configuration());
    }

    private static void delete(Configuration configuration) {
        try {
            configuration.delete();
        } catch (IOException | IllegalStateException e) {
            // the storage is fresh at each start, and a bundle that is gone took its configuration
            // along
        }
    }
}
