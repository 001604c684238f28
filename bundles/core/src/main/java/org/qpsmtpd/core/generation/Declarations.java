package org.qpsmtpd.core.generation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.qpsmtpd.api.service.Resolver;
import org.qpsmtpd.api.service.ServerHome;
import org.qpsmtpd.api.service.Stores;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.gate.ConfiguredInstance;
import org.qpsmtpd.core.gate.OptionValue;
import org.qpsmtpd.core.generation.OptionBinder.Options;
import org.qpsmtpd.core.generation.PluginCatalog.Offer;

/** What plugins declare of themselves: their components and options. */
final class Declarations {
    /** How the names of properties begin that a component has and that are no options. */
    private static final List<String> FOREIGN = List.of("plugin.", "service.", "osgi.");

    /** What each server has its own of. */
    private static final Set<String> OF_A_SERVER =
            Set.of(ServerHome.class.getName(), Resolver.class.getName(), Stores.class.getName());

    private final ServiceComponentRuntime components;
    private final MetaTypeService metatypes;
    private final Path configDirectory;

    /**
     * @param configDirectory the server's, where relative paths are looked for, too
     */
    Declarations(
            ServiceComponentRuntime components, MetaTypeService metatypes, Path configDirectory) {
        this.components = components;
        this.metatypes = metatypes;
        this.configDirectory = configDirectory;
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
     * Properties that lead a plugin's references to the services of its own server, unless the
     * plugin chooses by a target of its own.
     */
    Map<String, String> targets(Offer offer, String server) throws PluginFault {
        Map<String, String> targets = new HashMap<>();
        for (ReferenceDTO reference : describe(offer).references) {
            if (reference.target == null && OF_A_SERVER.contains(reference.interfaceName)) {
                targets.put(reference.name + ".target", ServerHome.filter(server));
            }
        }
        return targets;
    }

    /** The component of a plugin. */
    ComponentDescriptionDTO describe(Offer offer) throws PluginFault {
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
}
